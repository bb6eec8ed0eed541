// How messages look. The page changes it by custom properties on any element around, such as `--rapport-accent` on `html`.

export const STYLE = `
:host{all:initial;--a:var(--rapport-accent,#2f5d50);--on:var(--rapport-on-accent,#fff);--bg:var(--rapport-background,#fff);--fg:var(--rapport-text,#1d2320);--r:var(--rapport-radius,10px);--line:color-mix(in srgb,var(--fg) 18%,transparent);font:16px/1.5 var(--rapport-font,system-ui,sans-serif);color:var(--fg)}
@media(prefers-color-scheme:dark){:host(:not([data-scheme=light])){--bg:var(--rapport-background,#1d2320);--fg:var(--rapport-text,#f0f3f1);--a:var(--rapport-accent,#7fc4ae);--on:var(--rapport-on-accent,#10231d)}}
*{box-sizing:border-box}
.box{background:var(--bg);color:var(--fg);border:1px solid var(--line);border-radius:var(--r);padding:20px;position:relative;overflow:auto;max-height:90vh;overflow-wrap:anywhere;unicode-bidi:plaintext}
.float{position:fixed;z-index:2147483000;box-shadow:0 8px 30px rgb(0 0 0/.2);margin:0;inset:auto}
dialog.box{width:min(480px,calc(100vw - 32px));margin:auto;inset:0;z-index:auto}
dialog::backdrop{background:rgb(0 0 0/.5)}
.slide_out,.checklist.float{width:min(360px,calc(100vw - 32px));right:16px;bottom:16px}
.slide_out.left,.checklist.left{right:auto;left:16px}
.slide_out.top{bottom:auto;top:16px}
.banner{left:0;right:0;top:0;border-width:0 0 1px;border-radius:0;display:flex;flex-wrap:wrap;gap:4px 16px;align-items:center;padding:12px 56px 12px 20px}
.banner.bottom{top:auto;bottom:0;border-width:1px 0 0}
.banner .buttons{margin:0}
.tooltip{position:absolute;width:max-content;max-width:min(300px,calc(100vw - 16px));padding:14px 18px}
h2{font-size:1.15em;line-height:1.3;margin:0 0 8px;padding-right:28px}
.banner h2{margin:0;padding:0;font-size:1em}
p{margin:0;white-space:pre-line}
img{display:block;max-width:100%;height:auto;border-radius:calc(var(--r)/2);margin:0 0 14px}
.banner img{max-height:40px;margin:0}
.buttons{display:flex;flex-wrap:wrap;gap:8px;margin-top:16px}
button,a{font:inherit;color:inherit;cursor:pointer}
.b{border:1px solid var(--line);border-radius:calc(var(--r)/1.6);background:transparent;padding:8px 16px;min-height:40px;text-decoration:none}
.primary{background:var(--a);border-color:var(--a);color:var(--on)}
.link{border-color:transparent;text-decoration:underline}
.x{position:absolute;top:8px;right:8px;width:36px;height:36px;border:0;background:none;border-radius:50%;font-size:20px;line-height:1}
.x:hover,.b:hover{filter:brightness(.93)}
:focus-visible{outline:3px solid var(--a);outline-offset:2px}
ul{list-style:none;margin:12px 0 0;padding:0}
li{display:flex;gap:10px;align-items:center;padding:8px 0;border-top:1px solid var(--line)}
li .tick{flex:none;width:20px;height:20px;border:2px solid var(--a);border-radius:50%;text-align:center;line-height:16px;font-size:13px}
li.done .tick{background:var(--a);color:var(--on)}
li.done .text{text-decoration:line-through;opacity:.7}
progress{width:100%;accent-color:var(--a);margin-top:12px}
.cover{position:absolute;inset:0;border-radius:inherit}
.buttons,.x,li{z-index:1}
.bell{position:relative;border:1px solid var(--line);border-radius:50%;width:44px;height:44px;background:var(--bg);color:var(--fg);padding:0}
.bell svg{display:block;margin:auto}
.count{position:absolute;top:-4px;right:-4px;min-width:20px;height:20px;border-radius:10px;background:#b3261e;color:#fff;font-size:12px;line-height:20px;padding:0 5px}
.panel{width:min(380px,calc(100vw - 24px));max-height:70vh;padding:16px}
.panel li{display:block;position:relative}
.panel li.unread{border-left:3px solid var(--a);padding-left:10px}
.panel time{font-size:.8em;opacity:.7}
@media(prefers-reduced-motion:no-preference){.float{animation:in .2s ease-out}@keyframes in{from{opacity:0;translate:0 8px}}}
`;

/** The style of a shadow root; by a sheet of its own, which content security policies allow. */
export function dress(root: ShadowRoot): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  root.adoptedStyleSheets = [sheet];
}
