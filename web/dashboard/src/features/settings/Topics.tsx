import { t } from '@/i18n';
import { Documents } from './Documents';

/** What customers can leave or join without leaving everything. */
export function Topics() {
  return (
    <Documents
      kind="topic"
      caption={t('Topics')}
      add={t('Add a topic')}
      initial={{ name: '' }}
      empty={{ title: t('No topics yet'), text: t('Topics are what people see in the preference centre: a newsletter, offers, news.') }}
      columns={[
        { title: t('Without a word of theirs'), cell: (r) => (r.spec.default === 'opt_in' ? t('they do not get it') : t('they get it')) },
        { title: t('Confirmed by a link'), cell: (r) => (r.spec.double_opt_in ? t('yes') : ''), wideOnly: true },
      ]}
    />
  );
}
