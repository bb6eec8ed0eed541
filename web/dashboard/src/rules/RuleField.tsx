/** A rule in a form: shown as text, written in a window of its own. */
import { Button, Code, Group, Input, Modal, Text } from '@mantine/core';
import { useRef, useState } from 'react';
import { t } from '@/i18n';
import { Audience } from './Audience';
import { RuleEditor } from './RuleEditor';
import { useLeft } from './useLeft';

export function RuleField({ label, value, onChange, description }: { label: string; value: string; onChange: (rule: string) => void; description?: string }) {
  const [open, setOpen] = useState(false);
  /** Once it was open, the window is kept with what is not finished in it. */
  const wasOpen = useRef(false);
  wasOpen.current ||= open;
  const { why, left } = useLeft();
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
      {!open && why && (
        <Text size="xs" c="var(--mantine-color-error)" mt={4} role="status">
          {why}
        </Text>
      )}
      <Modal opened={open} onClose={() => setOpen(false)} size="xl" title={label} keepMounted={wasOpen.current}>
        <RuleEditor label={label} value={value} onChange={onChange} left={left} />
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
