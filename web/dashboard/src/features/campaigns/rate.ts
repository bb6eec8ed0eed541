import { percent } from '@/i18n';

/** A part of a whole; a dash of nothing. */
export const rate = (of: number, all: number): string => (all > 0 ? percent((of / all) * 100) : '–');
