/** What is written as a journey's document and could not be drawn: it is kept as text until it can. */
import { t } from '@/i18n';
import { actionOf, edges, faults, type JourneySpec } from './graph';
import { summary, triggerSummary } from './registry';

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Why a value is no document of a journey; null when it can be drawn, however much of it is missing. */
export function undrawable(value: unknown): string | null {
  if (!isObject(value)) return t('A journey is an object: {"name": …, "trigger": …, "steps": […]}.');
  if (!isObject(value.trigger)) return t('“trigger” has to be an object.');
  if (!Array.isArray(value.steps)) return t('“steps” has to be a list.');
  const wrong = value.steps.findIndex((step) => !isObject(step) || typeof step.id !== 'string' || Object.values(step).includes(null));
  if (wrong >= 0) return t('Step {n} has to be an object with an “id”, without null.', { n: wrong + 1 });
  const spec = value as JourneySpec;
  try {
    edges(spec);
    faults(spec);
    triggerSummary(spec.trigger);
    for (const step of spec.steps) summary(step, actionOf(step));
    return null;
  } catch {
    return t('A step, or what begins it, says something of another shape than is known.');
  }
}
