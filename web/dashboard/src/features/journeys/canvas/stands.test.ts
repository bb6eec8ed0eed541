import { expect, it } from 'vitest';
import { type Edge, END } from '../graph';
import { LINE, rowsApart, stands } from './stands';

const way = (step: string, exit: string, target: string): Edge => ({ id: `${step} ${exit}`, from: { step, exit }, target, label: exit });
const fork = [way('fork', 'a', 'thank'), way('fork', 'b', 'tell'), way('fork', 'c', 'tell'), way('thank', 'next', END), way('tell', 'next', END)];
const all = (ways: Edge[]) => ways.map((w) => stands(w, ways));

it('stands above where a way leads alone, and one line after the other where they meet', () => {
  expect(all(fork)).toEqual(['target', 0, 1, 'middle', 'middle']);
  expect(all([way('ask', 'yes', END), way('ask', 'no', END)])).toEqual(['target', 'target']);
});

it('makes room for every line', () => {
  expect(rowsApart(fork) - rowsApart([way('wait', 'next', END)])).toBe(LINE);
  expect(rowsApart([])).toBe(rowsApart([way('wait', 'next', END)]));
});
