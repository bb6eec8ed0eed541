import { ActionIcon, Button, Group, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { IconPencil } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { api, data } from '@/api/client';
import { usePages } from '@/api/paged';
import { t } from '@/i18n';
import { Empty, Loaded, Problem, Value, When } from '@/ui/bits';
import { notify } from '@/ui/notify';
import { FormModal } from '@/ui/FormModal';
import { Pair, type Customer } from './CustomerPage';
import { parseValue, printValue } from './traits';

export function Traits({ of, mayEdit }: { of: Customer; mayEdit: boolean }) {
  const [editing, setEditing] = useState<string | null>(null);
  // Devices are shown as such.
  const names = Object.keys(of.traits).filter((name) => !name.startsWith('$device_')).sort();
  return (
    <Stack gap="xs">
      {names.length === 0 && <Text size="sm" c="dimmed">{t('Nothing was stated about this customer.')}</Text>}
      <dl className="facts">
        {names.map((name) => (
          <Pair
            key={name}
            name={name}
            value={
              <Group gap={4} justify="space-between" wrap="nowrap" align="flex-start">
                <span style={{ minWidth: 0 }}>
                  <Value of={of.traits[name]} />
                </span>
                {mayEdit && (
                  <ActionIcon variant="subtle" size="sm" aria-label={t('Change {name}', { name })} onClick={() => setEditing(name)}>
                    <IconPencil size={14} />
                  </ActionIcon>
                )}
              </Group>
            }
          />
        ))}
      </dl>
      {mayEdit && (
        <Button size="xs" variant="default" onClick={() => setEditing('')}>
          {t('Add a trait')}
        </Button>
      )}
      {editing !== null && <Edit of={of} name={editing} close={() => setEditing(null)} />}
    </Stack>
  );
}

function Edit({ of, name: given, close }: { of: Customer; name: string; close: () => void }) {
  const client = useQueryClient();
  const [name, setName] = useState(given);
  const [value, setValue] = useState(printValue(of.traits[given]));
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const before = of.traits[name.trim()];
  const write = (next: unknown) =>
    data(
      api.PATCH('/api/v1/profiles/{id}', {
        params: { path: { id: of.id } },
        body: { traits: { [name.trim()]: next } },
      }),
    );
  const save = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    try {
      const written = await write(parseValue(value));
      // An answer that was on its way already would show what was before.
      await client.cancelQueries({ queryKey: ['profiles', of.id], exact: true });
      client.setQueryData(['profiles', of.id], written);
      notify('good', t('{name} changed from {before}', { name, before: printValue(before) || t('nothing') }));
      close();
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  };
  return (
    <FormModal onClose={close} title={given ? t('Change {name}', { name: given }) : t('Add a trait')}>
      <form onSubmit={(e) => void save(e)}>
        <Stack>
          {!given && <TextInput label={t('Trait')} required value={name} onChange={(e) => setName(e.currentTarget.value)} data-autofocus />}
          <Textarea
            label={t('Value')}
            description={t('A number, true, false or JSON is stored as such; anything else as text. Empty removes the trait.')}
            autosize
            minRows={1}
            maxRows={12}
            dir="auto"
            value={value}
            onChange={(e) => setValue(e.currentTarget.value)}
            {...(given ? { 'data-autofocus': true } : {})}
          />
          <Problem error={error} />
          <Button type="submit" loading={busy}>
            {t('Save')}
          </Button>
        </Stack>
      </form>
    </FormModal>
  );
}

interface Change {
  from: unknown;
  to: unknown;
}

export function TraitHistory({ id }: { id: string }) {
  const changes = usePages(['profiles', id, 'traits'], (cursor, signal) =>
    data(api.GET('/api/v1/profiles/{id}/traits', { params: { path: { id }, query: { ...(cursor ? { cursor } : {}), limit: 50 } }, signal })),
  );
  return (
    <Loaded query={changes}>
      {(rows) =>
        rows.length === 0 ? (
          <Empty title={t('No trait has changed yet')}>{t('Every change of a trait is kept here, with what it was before.')}</Empty>
        ) : (
          <>
            <ol className="timeline">
              {rows.map((row) => (
                <li key={row.message_id}>
                  <Text size="xs" c="dimmed">
                    <When at={row.at} />
                  </Text>
                  <dl className="facts">
                    {Object.entries(row.changes as Record<string, Change>).map(([name, change]) => (
                      <Pair
                        key={name}
                        name={name}
                        value={
                          <>
                            <del><Value of={change.from} /></del> → <Value of={change.to} />
                          </>
                        }
                      />
                    ))}
                  </dl>
                </li>
              ))}
            </ol>
            {changes.more.has && (
              <Button variant="default" loading={changes.more.loading} onClick={changes.more.load}>
                {t('Show more')}
              </Button>
            )}
          </>
        )
      }
    </Loaded>
  );
}
