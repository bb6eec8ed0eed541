/** Finding customers: search as you type, filters in the address, columns to choose, many at once. */
import { Anchor, Button, Checkbox, CloseButton, Group, Menu, MultiSelect, Paper, SegmentedControl, Select, Switch, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconColumns } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { includes, type Schemas, sessionQuery } from '@/api/client';
import { usePages } from '@/api/paged';
import { catalogueQuery } from '@/api/queries';
import { number, t, tn } from '@/i18n';
import { Empty, Loaded, Tag, Value, When } from '@/ui/bits';
import { type Column, DataTable } from '@/ui/DataTable';
import { Find } from '@/ui/Find';
import { Page } from '@/ui/Page';
import { useSearchState, useSearchText } from '@/ui/useSearchState';
import { BulkActions } from './BulkActions';
import { ChosenFilters, CustomerFilters } from './CustomerFilters';
import { nameOf } from './name';
import { ruleOf, type Search, searchProfiles } from './search';

type Row = Schemas['ProfileSummary'];

const DEFAULT_COLUMNS = 'email,plan,country';

export function CustomersPage() {
  const [search, change] = useSearchState();
  const [text, setText] = useSearchText('q');
  const [q] = useDebouncedValue(search.q ?? '', 50);
  const kind = search.kind === 'known' || search.kind === 'anonymous' ? search.kind : 'all';
  const sort = search.sort === 'id' ? 'id' : 'last_seen';
  const hasEmail = search.email === 'yes';
  const segment = search.segment ?? '';
  const rule = ruleOf(search.trait, search.op ?? 'is', search.value);
  const asked: Search = { q, kind, hasEmail, sort, segment, rule };
  const columns = (search.columns ?? DEFAULT_COLUMNS).split(',').filter(Boolean);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  /** The search whose customers are all chosen, loaded or not; another search chooses nobody. */
  const [matching, setMatching] = useState<Search | null>(null);
  const all = matching !== null && JSON.stringify(matching) === JSON.stringify(asked);
  const session = useQuery(sessionQuery);
  const list = usePages(['profiles', 'list', asked], (cursor, signal) => searchProfiles(asked, cursor, 100, signal));
  const clear = () => {
    setText('');
    change({ q: undefined, kind: undefined, email: undefined, segment: undefined, trait: undefined, op: undefined, value: undefined });
  };
  const chooseNone = () => {
    setChosen(new Set());
    setMatching(null);
  };
  const rows = list.data ?? [];
  const mayEdit = includes(session.data?.role, 'editor');

  const shown = useMemo<Column<Row>[]>(() => {
    const everyone = rows.length > 0 && rows.every((r) => chosen.has(r.id));
    const pick: Column<Row> = {
      title: (
        <Checkbox
          size="xs"
          aria-label={t('Choose all that are loaded')}
          checked={all || everyone}
          indeterminate={!all && !everyone && chosen.size > 0}
          onChange={() => {
            setMatching(null);
            setChosen(everyone ? new Set() : new Set(rows.map((r) => r.id)));
          }}
        />
      ),
      label: t('Choose'),
      cell: (r) => (
        // One for each row: the browser's own is drawn fastest.
        <input
          type="checkbox"
          aria-label={t('Choose {name}', { name: nameOf(r) })}
          checked={all || chosen.has(r.id)}
          onChange={() => {
            setMatching(null);
            const next = new Set(chosen);
            if (!next.delete(r.id)) next.add(r.id);
            setChosen(next);
          }}
        />
      ),
    };
    return [
      ...(mayEdit ? [pick] : []),
      {
        title: t('Customer'),
        cell: (r) => (
          <>
            <Anchor component={Link} to="/customers/$id" params={{ id: r.id } as never} fw={500} dir="auto" className="clip">
              {nameOf(r)}
            </Anchor>
            {!r.known && <Tag>{t('anonymous')}</Tag>}
          </>
        ),
      },
      ...columns.map((name): Column<Row> => ({
        title: name,
        cell: (r) => (
          <span className="clip" dir="auto">
            <Value of={r.traits[name] ?? '–'} />
          </span>
        ),
        wideOnly: name !== columns[0],
      })),
      { title: t('Events'), cell: (r) => number(r.event_count), kind: 'num', wideOnly: true },
      { title: t('Last seen'), cell: (r) => <When at={r.last_seen} />, kind: 'short' },
    ];
  }, [rows, chosen, all, columns.join(), mayEdit]);

  return (
    <Page
      title={t('Customers')}
      actions={
        <>
          <Button component={Link} to="/accounts" variant="default">
            {t('Accounts')}
          </Button>
          <ColumnMenu chosen={columns} change={(next) => change({ columns: next.join(',') })} />
        </>
      }
    >
      <Group gap="sm" role="search">
        <Find
          flex={1}
          miw={200}
          label={t('Find customers')}
          placeholder={t('Name, address or id')}
          rightSection={text ? <CloseButton size="sm" aria-label={t('Clear')} onClick={() => setText('')} /> : null}
          value={text}
          change={setText}
        />
        <SegmentedControl
          aria-label={t('Who')}
          value={kind}
          onChange={(value) => change({ kind: value === 'all' ? undefined : value })}
          data={[
            { value: 'all', label: t('All') },
            { value: 'known', label: t('Known') },
            { value: 'anonymous', label: t('Anonymous') },
          ]}
        />
        <Switch label={t('With an e-mail address')} checked={hasEmail} onChange={(e) => change({ email: e.currentTarget.checked ? 'yes' : undefined })} />
        <Select
          aria-label={t('Order')}
          w={170}
          value={sort}
          onChange={(value) => change({ sort: value === 'id' ? 'id' : undefined })}
          data={[
            { value: 'last_seen', label: t('Last seen first') },
            { value: 'id', label: t('By id') },
          ]}
          allowDeselect={false}
        />
        <CustomerFilters />
      </Group>
      <ChosenFilters />
      {(all || chosen.size > 0) && (
        <Paper withBorder p="xs">
          <Group justify="space-between">
            <Group gap="xs">
              <Text size="sm" role="status">
                {all ? t('All who match are chosen') : tn(chosen.size, 'One customer chosen', '{n} customers chosen')}
              </Text>
              {!all && (
                <Button size="compact-sm" variant="subtle" onClick={() => setMatching(asked)}>
                  {t('Choose all who match')}
                </Button>
              )}
            </Group>
            <BulkActions whom={all ? { matching: asked } : { ids: [...chosen] }} done={chooseNone} />
          </Group>
        </Paper>
      )}
      <Loaded query={list} rows={12}>
        {(found) =>
          found.length > 0 ? (
            <DataTable caption={t('Customers')} columns={shown} rows={found} id={(r) => r.id} more={list.more} />
          ) : q || kind !== 'all' || hasEmail || segment || rule ? (
            <Empty
              title={t('Nobody was found')}
              action={
                <Button variant="default" onClick={clear}>
                  {t('Clear search and filters')}
                </Button>
              }
            >
              {q ? t('Every word must occur in an identifier, the id, or a name. Try fewer or shorter words.') : t('Nothing here fits what is searched or filtered for.')}
            </Empty>
          ) : (
            <Empty
              title={t('No customers yet')}
              action={
                <Button component={Link} to="/start">
                  {t('Send your first event')}
                </Button>
              }
            >
              {t('Customers appear with their first event or with an import. Nothing has to be created by hand.')}
            </Empty>
          )
        }
      </Loaded>
    </Page>
  );
}

function ColumnMenu({ chosen, change }: { chosen: string[]; change: (next: string[]) => void }) {
  const catalogue = useQuery(catalogueQuery);
  const traits = Object.keys(catalogue.data?.traits ?? {}).filter((name) => !name.includes('.'));
  return (
    <Menu closeOnItemClick={false} width={280} position="bottom-end" trapFocus={false}>
      <Menu.Target>
        <Button variant="default" leftSection={<IconColumns size={16} />}>
          {t('Columns')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown p="sm">
        <MultiSelect
          label={t('Traits shown as columns')}
          data={[...new Set([...traits, ...chosen])]}
          value={chosen}
          onChange={(next) => change(next.slice(0, 8))}
          maxValues={8}
          searchable
          comboboxProps={{ withinPortal: false }}
        />
      </Menu.Dropdown>
    </Menu>
  );
}
