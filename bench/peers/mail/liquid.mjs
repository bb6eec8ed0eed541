// The same mail by liquidjs: reads the task as JSON from standard input, prints renders a second of processor time, and whether
// the text is the same.
import { readFileSync } from 'node:fs';
import { Liquid } from 'liquidjs';

const { template: source, data, text, ms } = JSON.parse(readFileSync(0, 'utf8'));
const engine = new Liquid({ timezoneOffset: 'UTC' });
const template = engine.parse(source);
const same = engine.renderSync(template, data) === text;
for (const end = Date.now() + ms / 3; Date.now() < end; ) engine.renderSync(template, data);
const begun = process.cpuUsage();
let renders = 0;
for (const end = Date.now() + ms; Date.now() < end; renders++) engine.renderSync(template, data);
const used = process.cpuUsage(begun);
console.log(JSON.stringify({ rate: renders / ((used.user + used.system) / 1e6), same }));
