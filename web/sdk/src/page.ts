// What the browser says of the page and of itself, in the shape of Segment's context.

import type { Properties } from './types';

/** Click ids that advertisers put behind links, and whose they are. */
const CLICK_IDS = new Map(
  'gclid:google gbraid:google wbraid:google dclid:google fbclid:facebook msclkid:microsoft ttclid:tiktok twclid:twitter li_fat_id:linkedin igshid:instagram'
    .split(' ')
    .map((pair) => pair.split(':') as [string, string]),
);

/** `context.campaign` and `context.referrer` of a query string and the page's referrer. */
export function origin(search: string, referrer: string): Properties {
  const campaign: Properties = {};
  let found: Properties | undefined;
  new URLSearchParams(search).forEach((value, key) => {
    if (!value) return;
    if (key.startsWith('utm_')) campaign[key === 'utm_campaign' ? 'name' : key.slice(4)] = value;
    else if (CLICK_IDS.has(key)) found = { type: CLICK_IDS.get(key), name: key, id: value };
  });
  const has = Object.keys(campaign).length;
  return {
    ...(has && { campaign }),
    ...((found || referrer) && { referrer: { ...found, ...(referrer && { url: referrer }) } }),
  };
}

/** `context.page` of now. */
export function page(referrer: string): Properties {
  const { pathname: path, search, href } = location;
  return { path, referrer, search, title: document.title, url: href.replace(/#.*/, '') };
}

const SYSTEMS = new Map([['iPhone', 'iOS'], ['iPad', 'iOS'], ['iPod', 'iOS'], ['Mac OS X', 'macOS'], ['CrOS', 'Chrome OS']]);

/** What is the same for all events of this browser; sent once a batch. */
export function device(): Properties {
  const { userAgent, language: locale } = navigator;
  const data = (navigator as Navigator & { userAgentData?: { mobile: boolean; platform: string } }).userAgentData;
  const tablet = /iPad|Tablet|Android(?!.*Mobile)/.test(userAgent);
  const type = tablet ? 'tablet' : data?.mobile || /Mobi/.test(userAgent) ? 'mobile' : 'desktop';
  const system = /Android|iP(hone|ad|od)/.exec(userAgent) || /Windows|Mac OS X|CrOS|Linux/.exec(userAgent);
  const name = data?.platform || (system && (SYSTEMS.get(system[0]) || system[0]));
  return {
    locale,
    userAgent,
    timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    device: { type },
    ...(name && { os: { name } }),
    screen: { width: screen.width, height: screen.height, density: devicePixelRatio },
  };
}
