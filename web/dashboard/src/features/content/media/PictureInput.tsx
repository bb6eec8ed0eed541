import { Button, Group, Modal, TextInput } from '@mantine/core';
import { useState } from 'react';
import { t } from '@/i18n';
import { MediaLibrary } from './MediaLibrary';

/** An address of a picture: typed, or taken from the media library. */
export function PictureInput({ label, description, value, onChange, onPicked }: { label: string; description?: string; value: string; onChange: (url: string) => void; onPicked?: (name: string) => void }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Group gap="xs" align="flex-end" wrap="nowrap">
        <TextInput style={{ flex: 1 }} label={label} description={description} placeholder="https://" value={value} onChange={(e) => onChange(e.currentTarget.value)} />
        <Button variant="default" onClick={() => setOpen(true)}>
          {t('Library')}
        </Button>
      </Group>
      {value && !value.includes('{{') && <img className="picture-thumb" src={value} alt="" />}
      <Modal opened={open} onClose={() => setOpen(false)} size="xl" title={t('Choose a picture')}>
        <MediaLibrary
          pick={(media) => {
            onChange(media.url);
            onPicked?.(media.name);
            setOpen(false);
          }}
        />
      </Modal>
    </>
  );
}
