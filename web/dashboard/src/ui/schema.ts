/** What forms need to know of a JSON Schema. */
export interface Schema {
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  description?: string;
  title?: string;
  properties?: Record<string, Schema>;
  additionalProperties?: boolean | Schema;
  items?: Schema;
  maxItems?: number;
  required?: string[];
  propertyNames?: Schema;
  writeOnly?: boolean;
  maxLength?: number;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  $ref?: string;
  $defs?: Record<string, Schema>;
  if?: Schema;
  then?: Schema;
  allOf?: Schema[];
  oneOf?: Schema[];
}

/** The one type of a value, beside null. */
export function kindOf(schema: Schema): string {
  const kind = Array.isArray(schema.type) ? (schema.type.find((x) => x !== 'null') ?? '') : (schema.type ?? '');
  if (kind) return kind;
  return schema.properties ? 'object' : schema.items ? 'array' : '';
}

/** A schema in the place of a reference to it; what it says itself comes first. */
export function resolve(schema: Schema, root: Schema): Schema {
  const name = /^#\/\$defs\/(.+)$/.exec(schema.$ref ?? '')?.[1];
  const found = name ? root.$defs?.[name] : undefined;
  if (!found) return schema;
  const { $ref: _, ...own } = schema;
  return { ...resolve(found, root), ...own };
}

/** A member that is one thing or a list of such things, as the list of them; any other schema as it is. */
export function asList(schema: Schema): Schema {
  const list = schema.oneOf?.length === 2 ? schema.oneOf.find((s) => s.items) : undefined;
  const one = schema.oneOf?.find((s) => s !== list);
  if (!list || JSON.stringify(list.items) !== JSON.stringify(one)) return schema;
  const { oneOf: _, ...own } = schema;
  return { ...own, ...list };
}

/** Whether a text is a time of day, `09:00`. */
export function isClock(schema: Schema): boolean {
  return schema.pattern !== undefined && new RegExp(schema.pattern).test('23:59') && !new RegExp(schema.pattern).test('24:00');
}

/** What a document of this shape begins with: what must be there and can only be one thing. */
export function fresh(schema: Schema): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const name of schema.required ?? []) {
    const of = schema.properties?.[name] ?? {};
    out[name] = of.default ?? (of.enum ? of.enum[0] : kindOf(of) === 'string' ? '' : undefined);
  }
  return Object.fromEntries(Object.entries(out).filter(([, v]) => v !== undefined));
}

/** The schema of a document whose member `name` says which of several shapes it has. */
export function shapeOf(schema: Schema, name: string, value: string): Schema {
  const own = schema.allOf?.find((branch) => branch.if?.properties?.[name]?.const === value)?.then;
  if (!own) return schema;
  const all = { ...schema.properties, ...own.properties };
  const allowed = own.propertyNames?.enum?.map(String) ?? Object.keys(all);
  const properties = Object.fromEntries(Object.entries(all).filter(([key]) => allowed.includes(key)));
  return { ...schema, ...(own.description ? { description: own.description } : {}), properties, required: own.required ?? schema.required ?? [] };
}

/** Members people think of first, in that order. */
const ORDER = ['name', 'id', 'action', 'kind', 'layout', 'title', 'label', 'text', 'say', 'body', 'description', 'url', 'image', 'image_alt', 'icon', 'media', 'buttons', 'actions', 'items', 'style', 'start', 'end', 'max', 'per'];

/** The names of members in an order that reads well: those thought of first, then those that must be there, then the rest. */
export function inOrder(schema: Schema): string[] {
  const place = (name: string) => {
    const at = ORDER.indexOf(name);
    if (at >= 0) return at;
    return ORDER.length + (schema.required?.includes(name) ? 0 : 1);
  };
  return Object.keys(schema.properties ?? {}).sort((a, b) => place(a) - place(b));
}

/** What a switch is when nobody said anything. */
export function isOn(schema: Schema): boolean {
  return schema.default === true || /\btrue when absent\b/.test(schema.description ?? '');
}
