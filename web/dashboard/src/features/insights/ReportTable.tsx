import { Customer } from '@/features/customers/Customer';
import { t } from '@/i18n';
import type { Drill, View } from './view';

/** The report in numbers; those that stand for people can be opened. */
export function ReportTable({ caption, view, open }: { caption: string; view: Pick<View, 'heads' | 'rows'>; open: (drill: Drill | undefined) => void }) {
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label={caption}>
      <table className="data-table report-table">
        <thead>
          <tr>
            {view.heads.map((head, i) => (
              <th key={i} scope="col" className={i > 0 ? 'num' : ''}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {view.rows.map((row, i) => (
            <tr key={i}>
              {row.map((c, j) => {
                const heat = c.heat === undefined ? {} : { '--heat': `${Math.round(c.heat * 70)}%` };
                const content = c.drill ? (
                  <button type="button" className="cell-button" onClick={() => open(c.drill)} title={t('Show these people')}>
                    {c.text}
                  </button>
                ) : c.profile ? (
                  <Customer id={c.profile} />
                ) : (
                  c.text
                );
                const props = { className: `${j > 0 ? 'num' : ''}${c.heat === undefined ? '' : ' heat'}`, style: heat as React.CSSProperties };
                return j === 0 ? (
                  <th key={j} scope="row" {...props}>
                    {content}
                  </th>
                ) : (
                  <td key={j} {...props}>
                    {content}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
