/** A rule in a form: shown as text, written in a window of its own. */
import { Button, Code, Group, Input, Modal } from '@mantine/core';
import { useState } from 'react';
import { t } from '@/i18n';
import { Audience } from './Audience';
import { RuleEditor } from './RuleEditor';

export function RuleField({ label, value, onChange, description }: { label: string; value: string; onChange: (rule: string) => void; description?: string }) {
  const [open, setOpen] = useState(false);
  return (
    <Input.Wrapper label={label} description={description} component="div" labelElement="div">
      {value && (
        <Code block tabIndex={0} my={4} style={{ whiteSpace: 'pre-wrap' }}>
          {value}
        </Code>
      )}
      <Group gap="xs" mt={4}>
        <Button size="xs" variant="default" onClick={() => setOpen(true)} aria-label={`${value ? t('Change the condition') : t('Set a condition')}: ${label}`}>
          {value ? t('Change the condition') : t('Set a condition')}
        </Button>
        {value && (
          <Button size="xs" variant="subtle" onClick={() => onChange('')}>
            {t('Clear')}
          </Button>
        )}
      </Group>
      <Modal opened={open} onClose={() => setOpen(false)} size="xl" title={label}>
        <RuleEditor label={label} value={value} onChange={onChange} />
        <div style={{ marginTop: 16 }}>
          <Audience rule={value} />
        </div>
        <Button mt="md" onClick={() => setOpen(false)}>
          {t('Done')}
        </Button>
      </Modal>
    </Input.Wrapper>
  );
}
