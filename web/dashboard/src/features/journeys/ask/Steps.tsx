import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { dateTime } from '@/i18n';
import { Tag, type Tone } from '@/ui/bits';
import { sentence, type Told } from './told';

const GOOD = ['message', 'goal'];
const WARN = ['refused', 'withheld', 'unanswered'];
const toneOf = (what: string): Tone => (GOOD.includes(what) ? 'good' : WARN.includes(what) ? 'warn' : 'plain');

/** What happens in a journey, one line each; `more` adds to a line what else is known of it. */
export function Steps<T extends Told>({ label, of, more }: { label: string; of: T[]; more?: (told: T) => ReactNode }) {
  return (
    <ol className="timeline" aria-label={label}>
      {of.map((told, i) => (
        <li key={i}>
          <Text size="sm">
            {told.step && <Tag tone={toneOf(told.what)}>{told.step}</Tag>} {sentence(told)}{' '}
            <Text span size="xs" c="dimmed">
              <time dateTime={told.at}>{dateTime(told.at)}</time>
            </Text>
          </Text>
          {more?.(told)}
        </li>
      ))}
    </ol>
  );
}
