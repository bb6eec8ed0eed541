/** The pictures of the workspace: put in by dragging or choosing, found by name, taken into mails or away. */
import { ActionIcon, Button, FileButton, Group, Progress, Stack, Text, UnstyledButton } from '@mantine/core';
import { IconCopy, IconPhotoPlus } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useDebouncedValue } from '@mantine/hooks';
import { useRef, useState } from 'react';
import { api, data, includes, type Schemas, sessionQuery } from '@/api/client';
import { usePages } from '@/api/paged';
import { upload } from '@/api/upload';
import { number, t, tn } from '@/i18n';
import { Loaded, Problem, When } from '@/ui/bits';
import { Confirm } from '@/ui/Confirm';
import { copyAndSay } from '@/ui/copy';
import { notify, notifyError } from '@/ui/notify';
import { Find } from '@/ui/Find';
import { NoRows } from '@/ui/NoRows';

export type Media = Schemas['MediaView'];

/** What the server takes. */
const TYPES = ['image/png', 'image/jpeg', 'image/gif', 'image/webp'];
const MAX_BYTES = 5 * 1024 * 1024;

export function MediaLibrary({ pick }: { pick?: (media: Media) => void }) {
  const client = useQueryClient();
  const session = useQuery(sessionQuery);
  const mayEdit = includes(session.data?.role, 'editor');
  const [text, setText] = useState('');
  const [q] = useDebouncedValue(text.trim(), 200);
  const [share, setShare] = useState<number | null>(null);
  const [over, setOver] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const stop = useRef<AbortController>(null);
  const list = usePages(['media', q], (cursor, signal) =>
    data(api.GET('/api/v1/media', { params: { query: { ...(q ? { q } : {}), ...(cursor ? { cursor } : {}), limit: 60 } }, signal })),
  );
  const put = async (files: File[]) => {
    setError(null);
    const bad = files.find((f) => !TYPES.includes(f.type) || f.size > MAX_BYTES);
    if (bad) {
      setError(new Error(t('{name}: expected a PNG, JPEG, GIF or WebP picture of at most 5 MB.', { name: bad.name })));
      return;
    }
    const stopping = new AbortController();
    stop.current = stopping;
    try {
      for (const [i, file] of files.entries()) {
        const options = { progress: (part: number) => setShare((i + part) / files.length), signal: stopping.signal };
        const made = await upload<Media>(`/api/v1/media?name=${encodeURIComponent(file.name)}`, file, options);
        if (pick && files.length === 1) pick(made);
      }
      if (files.length > 0 && !pick) notify('good', tn(files.length, 'One picture is here now', '{n} pictures are here now'));
    } catch (problem) {
      if (!stopping.signal.aborted) setError(problem);
    } finally {
      setShare(null);
      void client.invalidateQueries({ queryKey: ['media'] });
    }
  };
  const remove = async (media: Media) => {
    try {
      await data(api.DELETE('/api/v1/media/{id}', { params: { path: { id: media.id } } }));
      void client.invalidateQueries({ queryKey: ['media'] });
    } catch (problem) {
      notifyError(problem);
    }
  };
  const choose = mayEdit && (
    <FileButton multiple accept={TYPES.join(',')} onChange={(files) => void put(files)} inputProps={{ 'aria-label': t('Pictures to upload') }}>
      {(props) => (
        <Button {...props} leftSection={<IconPhotoPlus size={16} />}>
          {t('Upload pictures')}
        </Button>
      )}
    </FileButton>
  );
  return (
    <Stack
      data-over={over || undefined}
      className="drop-zone"
      onDragOver={(e) => {
        if (!mayEdit || !e.dataTransfer.types.includes('Files')) return;
        e.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(e) => {
        setOver(false);
        if (!mayEdit || e.dataTransfer.files.length === 0) return;
        e.preventDefault();
        void put([...e.dataTransfer.files]);
      }}
    >
      <Group justify="space-between">
        <Find
          label={t('Find pictures')}
          placeholder={t('Name')}
          value={text}
          change={setText}
          style={{ flex: 1, maxWidth: 420 }}
        />
        {choose}
      </Group>
      {share !== null && (
        <Group wrap="nowrap">
          <Progress flex={1} value={share * 100} aria-label={t('Uploading')} />
          <Button size="xs" variant="default" onClick={() => stop.current?.abort()}>
            {t('Cancel')}
          </Button>
        </Group>
      )}
      <Problem error={error} />
      <Loaded query={list}>
        {(rows) =>
          rows.length === 0 ? (
            <NoRows narrowed={q !== ''} clear={() => setText('')} title={t('No pictures yet')}>
              {t('Drag pictures here or choose them: PNG, JPEG, GIF or WebP, up to 5 MB each. They get an address that mails can show for years.')}
            </NoRows>
          ) : (
            <>
              <ul className="media-grid" aria-label={t('Pictures')}>
                {rows.map((m) => (
                  <li key={m.id} className="media-card">
                    {pick ? (
                      <UnstyledButton className="media-picture" onClick={() => pick(m)} aria-label={t('Take {name}', { name: m.name || m.id })}>
                        <img src={`/media/${m.id}`} alt="" loading="lazy" />
                      </UnstyledButton>
                    ) : (
                      <div className="media-picture">
                        <img src={`/media/${m.id}`} alt={m.name} loading="lazy" />
                      </div>
                    )}
                    <div className="media-about">
                      <Text size="sm" fw={500} truncate dir="auto" title={m.name}>
                        {m.name || m.id}
                      </Text>
                      <Text size="xs" c="dimmed">
                        {m.width && m.height ? `${m.width} × ${m.height} · ` : ''}
                        {number(Math.max(1, Math.round(m.bytes / 1024)))} KB · <When at={m.created_at} />
                      </Text>
                      {!pick && (
                        <Group gap={6} mt={6}>
                          <ActionIcon
                            variant="default"
                            aria-label={t('Copy the address of {name}', { name: m.name })}
                            onClick={() => void copyAndSay(m.url, t('Copied'))}
                          >
                            <IconCopy size={16} />
                          </ActionIcon>
                          {mayEdit && (
                            <Confirm
                              title={t('Delete {name}?', { name: m.name || m.id })}
                              text={t('Mails that show it, sent ones too, show nothing in its place from then on.')}
                              action={t('Delete')}
                              run={() => remove(m)}
                            />
                          )}
                        </Group>
                      )}
                    </div>
                  </li>
                ))}
              </ul>
              {list.more.has && (
                <Button variant="default" onClick={list.more.load} loading={list.more.loading} w="fit-content">
                  {t('Show more')}
                </Button>
              )}
            </>
          )
        }
      </Loaded>
    </Stack>
  );
}
