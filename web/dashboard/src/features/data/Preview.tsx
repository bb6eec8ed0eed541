import { Text } from '@mantine/core';
import { t } from '@/i18n';
import { type Choices, roleOf } from './mapping';

/** The first rows of a file, with what becomes of each column. */
export function Preview({ columns, rows, choices }: { columns: string[]; rows: string[][]; choices: Choices }) {
  const caption = t('The first rows');
  return (
    <div>
      <Text size="sm" fw={500}>
        {caption}
      </Text>
      <div className="table-scroll" tabIndex={0} role="region" aria-label={caption} style={{ maxHeight: 260, overflow: 'auto' }}>
        <table className="data-table" aria-label={caption}>
          <thead>
            <tr>
              {columns.map((column) => {
                const { text, name } = roleOf(column, choices);
                return (
                  <th key={column} scope="col" dir="auto">
                    {column}
                    <Text size="xs" c={text === 'left out' ? 'dimmed' : 'var(--mantine-color-anchor)'}>
                      {t(text, name === undefined ? {} : { name })}
                    </Text>
                  </th>
                );
              })}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, i) => (
              <tr key={i}>
                {columns.map((column, j) => (
                  <td key={column} dir="auto">
                    <span className="clip">{row[j] ?? ''}</span>
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}
