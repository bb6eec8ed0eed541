//! What the shop sells: ten categories of twelve products. Prices are in euro cents, tax included.

/// One product.
#[derive(Clone, Copy, Debug)]
pub(super) struct Product {
    /// Its number in the shop.
    pub(super) index: usize,
    /// What it is called.
    pub(super) name: &'static str,
    /// Its category's name.
    pub(super) category: &'static str,
    /// Who makes it.
    pub(super) brand: &'static str,
    /// What it costs, in cents.
    pub(super) cents: i64,
}

impl Product {
    /// `LW-0107`: category and number within it.
    pub(super) fn sku(self) -> String {
        format!("LW-{:02}{:02}", self.index / PER_CATEGORY + 1, self.index % PER_CATEGORY + 1)
    }

    /// Its address in the shop.
    pub(super) fn path(self) -> String {
        format!("/products/{}", slug(self.name))
    }
}

/// A name as part of an address.
pub(super) fn slug(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.chars() {
        if c.is_ascii_alphanumeric() {
            out.push(c.to_ascii_lowercase());
        } else if !out.ends_with('-') && !out.is_empty() {
            out.push('-');
        }
    }
    out.trim_end_matches('-').to_owned()
}

const PER_CATEGORY: usize = 12;

/// How many products there are.
pub(super) const PRODUCTS: usize = CATEGORIES.len() * PER_CATEGORY;

/// The product of that number, counted round.
pub(super) fn product(index: usize) -> Product {
    let index = index % PRODUCTS;
    let category = &CATEGORIES[index / PER_CATEGORY];
    let (name, cents) = category.products[index % PER_CATEGORY];
    let brand = category.brands[index % category.brands.len()];
    Product { index, name, category: category.name, brand, cents }
}

/// The products of a category.
pub(super) fn products_of(category: usize) -> impl Iterator<Item = Product> {
    let from = (category % CATEGORIES.len()) * PER_CATEGORY;
    (from..from + PER_CATEGORY).map(product)
}

/// A category and its products.
pub(super) struct Category {
    pub(super) name: &'static str,
    brands: [&'static str; 3],
    products: [(&'static str, i64); PER_CATEGORY],
}

/// Everything on sale.
pub(super) const CATEGORIES: [Category; 10] = [
    Category {
        name: "Coffee",
        brands: ["Kettle & Finch", "Northlight", "Mara"],
        products: [
            ("Ethiopia Guji Whole Bean 250 g", 1290),
            ("Colombia Huila Whole Bean 250 g", 1190),
            ("House Espresso 1 kg", 2790),
            ("Decaf Brazil 250 g", 1250),
            ("Cold Brew Concentrate 500 ml", 990),
            ("Hand Dripper, Ceramic", 2490),
            ("Paper Filters, 100 pcs", 690),
            ("Pour-over Kettle 0.9 l", 6900),
            ("Burr Grinder, Hand", 8900),
            ("French Press 1 l", 3900),
            ("Coffee Scale with Timer", 4500),
            ("Espresso Tamper 58 mm", 2900),
        ],
    },
    Category {
        name: "Tea",
        brands: ["Leaf & Letter", "Mara", "Seventh Garden"],
        products: [
            ("Sencha First Flush 100 g", 1690),
            ("Darjeeling Second Flush 100 g", 1490),
            ("Earl Grey 125 g", 990),
            ("Rooibos Vanilla 125 g", 790),
            ("Peppermint, Loose 75 g", 650),
            ("Matcha, Ceremonial 30 g", 2900),
            ("Chai Blend 150 g", 1150),
            ("Tea Sampler, 12 Tins", 3600),
            ("Glass Teapot 1.2 l", 3400),
            ("Cast Iron Teapot 0.8 l", 5900),
            ("Tea Strainer, Steel", 890),
            ("Tea Towel Set of 3", 1900),
        ],
    },
    Category {
        name: "Mugs & Cups",
        brands: ["Clayhouse", "Northlight", "Oda"],
        products: [
            ("Speckled Mug 350 ml", 1690),
            ("Espresso Cups, Set of 4", 3200),
            ("Travel Mug 400 ml", 2690),
            ("Enamel Mug 300 ml", 1290),
            ("Latte Bowl 500 ml", 1890),
            ("Double-wall Glasses, Pair", 2490),
            ("Porcelain Cup and Saucer", 2290),
            ("Stacking Mugs, Set of 6", 5400),
            ("Children's Mug, Fox", 1390),
            ("Stoneware Tumbler", 1590),
            ("Camping Cup, Steel", 1190),
            ("Personalised Mug", 2190),
        ],
    },
    Category {
        name: "Cookware",
        brands: ["Forge & Field", "Oda", "Casa Lume"],
        products: [
            ("Cast Iron Skillet 26 cm", 5900),
            ("Saucepan 2 l, Steel", 6400),
            ("Stock Pot 6 l", 8900),
            ("Non-stick Pan 28 cm", 4900),
            ("Dutch Oven 5 l", 14900),
            ("Wok, Carbon Steel 32 cm", 5400),
            ("Steamer Basket, Bamboo", 2400),
            ("Grill Pan 27 cm", 5200),
            ("Milk Pot 1 l", 3900),
            ("Glass Lid 28 cm", 1990),
            ("Splatter Guard", 1490),
            ("Silicone Handle, Pair", 990),
        ],
    },
    Category {
        name: "Baking",
        brands: ["Casa Lume", "Flour & Co", "Forge & Field"],
        products: [
            ("Loaf Tin 25 cm", 1890),
            ("Springform 26 cm", 2290),
            ("Muffin Tray, 12", 1990),
            ("Proofing Basket, Round", 1790),
            ("Baking Steel", 7900),
            ("Rolling Pin, Beech", 1690),
            ("Mixing Bowls, Set of 3", 3400),
            ("Cookie Cutters, Winter", 1290),
            ("Pastry Brush", 690),
            ("Dough Scraper", 590),
            ("Cooling Rack", 1590),
            ("Kitchen Scale, Digital", 2990),
        ],
    },
    Category {
        name: "Knives",
        brands: ["Hikari", "Forge & Field", "Stein"],
        products: [
            ("Chef's Knife 20 cm", 8900),
            ("Santoku 17 cm", 9900),
            ("Paring Knife 9 cm", 2900),
            ("Bread Knife 24 cm", 5900),
            ("Knife Set, 5 pcs", 18900),
            ("Whetstone 1000/3000", 3900),
            ("Magnetic Knife Rack", 4400),
            ("Kitchen Shears", 2490),
            ("Chopping Board, Oak", 4900),
            ("Chopping Board, Small", 2400),
            ("Vegetable Peeler", 1290),
            ("Knife Roll, Canvas", 4900),
        ],
    },
    Category {
        name: "Table",
        brands: ["Clayhouse", "Oda", "Linen Street"],
        products: [
            ("Dinner Plate, Sand", 1890),
            ("Pasta Bowl, Sea", 1990),
            ("Plate Set, 12 pcs", 12900),
            ("Cutlery Set, 24 pcs", 9900),
            ("Linen Napkins, Set of 4", 3200),
            ("Table Runner, Linen", 3900),
            ("Tablecloth 140 x 240", 6900),
            ("Wine Glasses, Set of 6", 4900),
            ("Carafe 1 l", 2790),
            ("Salad Servers, Olive", 2290),
            ("Serving Board, Acacia", 3900),
            ("Salt and Pepper Mills", 5400),
        ],
    },
    Category {
        name: "Textiles",
        brands: ["Linen Street", "Wool & Wave", "Oda"],
        products: [
            ("Apron, Washed Linen", 4900),
            ("Oven Mitt, Pair", 2400),
            ("Wool Throw 130 x 180", 8900),
            ("Cushion Cover 50 x 50", 2900),
            ("Bath Towel, Waffle", 3400),
            ("Hand Towels, Set of 2", 2600),
            ("Bed Linen, Double", 12900),
            ("Cotton Rug 70 x 140", 6900),
            ("Curtain, Sheer", 4900),
            ("Laundry Bag", 1900),
            ("Dish Cloths, Set of 5", 1490),
            ("Picnic Blanket", 5900),
        ],
    },
    Category {
        name: "Lighting",
        brands: ["Casa Lume", "Northlight", "Studio Ell"],
        products: [
            ("Table Lamp, Opal", 8900),
            ("Desk Lamp, Brass", 11900),
            ("Pendant, Rattan", 9900),
            ("Floor Lamp, Arc", 18900),
            ("Wall Light, Half Moon", 7900),
            ("LED Bulb E27 Warm", 990),
            ("String Lights 10 m", 2490),
            ("Candles, Beeswax, 4 pcs", 1890),
            ("Lantern, Outdoor", 4400),
            ("Night Light, Cloud", 2690),
            ("Dimmer Plug", 2290),
            ("Candle Holder, Iron", 1990),
        ],
    },
    Category {
        name: "Plants & Garden",
        brands: ["Seventh Garden", "Clayhouse", "Field Notes Farm"],
        products: [
            ("Monstera, 60 cm", 3490),
            ("Olive Tree, 80 cm", 5900),
            ("Herb Trio", 1490),
            ("Snake Plant", 2290),
            ("Terracotta Pot 20 cm", 1690),
            ("Hanging Planter", 2490),
            ("Watering Can 1.5 l", 3200),
            ("Plant Mister", 1590),
            ("Seeds, Wildflower Mix", 590),
            ("Garden Gloves", 1390),
            ("Pruning Shears", 2990),
            ("Potting Soil 10 l", 890),
        ],
    },
];

/// What people search for.
pub(super) const SEARCHES: [&str; 24] = [
    "mug",
    "gift",
    "coffee grinder",
    "linen",
    "knife set",
    "teapot",
    "christmas",
    "plant pot",
    "lamp",
    "apron",
    "matcha",
    "dutch oven",
    "gift card",
    "wedding",
    "bread",
    "espresso",
    "candles",
    "rug",
    "blue plates",
    "decaf",
    "travel mug",
    "olive tree",
    "baking steel",
    "napkins",
];
