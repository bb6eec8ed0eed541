/** Text written as it looks: bold, italic, lists, links, and values of the customer. What does not fit is shown as code. */
import { ActionIcon, Autocomplete, Button, Group, Input, Menu, Popover, Stack, Textarea, TextInput } from '@mantine/core';
import { IconBold, IconItalic, IconLink, IconList, IconUnderline, IconUser } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { type MouseEvent, useEffect, useId, useRef, useState } from 'react';
import { catalogueQuery } from '@/api/queries';
import { t } from '@/i18n';
import { useMayEdit } from '@/ui/Editable';
import { isRich, type TreeNode, writeAll } from './rich';

/** Links every mail may have. */
const LINKS = [
  { value: '{{ unsubscribe_url }}', title: 'Unsubscribe' },
  { value: '{{ preferences_url }}', title: 'Choose what you get' },
];

export function RichText({ label, value, onChange }: { label: string; value: string; onChange: (html: string) => void }) {
  if (!isRich(value)) {
    return <Textarea label={label} description={t('Written with tags this editor does not know; shown as HTML.')} autosize minRows={4} maxRows={16} classNames={{ input: 'mono' }} dir="auto" value={value} onChange={(e) => onChange(e.currentTarget.value)} />;
  }
  return <Area label={label} value={value} onChange={onChange} />;
}

function Area({ label, value, onChange }: { label: string; value: string; onChange: (html: string) => void }) {
  const mayEdit = useMayEdit();
  const area = useRef<HTMLDivElement>(null);
  const written = useRef<string | null>(null);
  const range = useRef<Range | null>(null);
  const id = useId();
  const [linking, setLinking] = useState(false);
  const [href, setHref] = useState('https://');
  useEffect(() => {
    // Only what came from elsewhere is put in: the cursor stays where it is.
    if (area.current && written.current !== value) {
      area.current.innerHTML = value;
      written.current = value;
    }
  }, [value]);
  const tell = () => {
    if (!area.current) return;
    const html = writeAll(area.current as unknown as TreeNode);
    written.current = html;
    onChange(html);
  };
  const keep = () => {
    const selection = window.getSelection();
    if (selection?.rangeCount && area.current?.contains(selection.anchorNode)) range.current = selection.getRangeAt(0).cloneRange();
  };
  const back = () => {
    area.current?.focus();
    if (!range.current) return;
    const selection = window.getSelection();
    selection?.removeAllRanges();
    selection?.addRange(range.current);
  };
  const run = (command: string, argument?: string) => {
    back();
    document.execCommand(command, false, argument);
    tell();
  };
  // The selection must not be lost to the button.
  const hold = (event: MouseEvent) => event.preventDefault();
  const tool = (name: string, command: string, Icon: typeof IconBold) => (
    <ActionIcon
      variant="subtle"
      color="gray"
      aria-label={name}
      onMouseDown={hold}
      onClick={() => {
        keep();
        run(command);
      }}
    >
      <Icon size={16} />
    </ActionIcon>
  );
  return (
    <Input.Wrapper label={label} labelElement="div" labelProps={{ id }}>
      <div className="rich">
        <Group gap={2} className="rich-tools" role="toolbar" aria-label={t('Format')}>
          {tool(t('Bold'), 'bold', IconBold)}
          {tool(t('Italic'), 'italic', IconItalic)}
          {tool(t('Underlined'), 'underline', IconUnderline)}
          {tool(t('List'), 'insertUnorderedList', IconList)}
          <Popover opened={linking} onChange={setLinking} trapFocus withArrow>
            <Popover.Target>
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={t('Link')}
                onMouseDown={hold}
                onClick={() => {
                  keep();
                  setLinking(true);
                }}
              >
                <IconLink size={16} />
              </ActionIcon>
            </Popover.Target>
            <Popover.Dropdown>
              <Stack gap="xs">
                <Autocomplete label={t('Leads to')} data={LINKS.map((l) => l.value)} value={href} onChange={setHref} />
                <Group gap="xs">
                  <Button
                    size="xs"
                    onClick={() => {
                      setLinking(false);
                      run('createLink', href);
                    }}
                  >
                    {t('Set the link')}
                  </Button>
                  <Button
                    size="xs"
                    variant="default"
                    onClick={() => {
                      setLinking(false);
                      run('unlink');
                    }}
                  >
                    {t('Remove the link')}
                  </Button>
                </Group>
              </Stack>
            </Popover.Dropdown>
          </Popover>
          <Values open={keep} choose={(text) => run('insertText', text)} />
        </Group>
        <div
          ref={area}
          className="rich-area"
          contentEditable={mayEdit}
          aria-readonly={!mayEdit}
          suppressContentEditableWarning
          role="textbox"
          aria-multiline
          aria-labelledby={id}
          tabIndex={0}
          dir="auto"
          onInput={tell}
          onBlur={keep}
          onPaste={(e) => {
            // Formats of other programs would follow the words.
            e.preventDefault();
            document.execCommand('insertText', false, e.clipboardData.getData('text/plain'));
          }}
        />
      </div>
    </Input.Wrapper>
  );
}

/** Values that fill in: traits of the customer, and what every mail knows. */
function Values({ open, choose }: { open: () => void; choose: (text: string) => void }) {
  const traits = Object.keys(useQuery(catalogueQuery).data?.traits ?? {}).filter((name) => /^\w+$/.test(name));
  const [find, setFind] = useState('');
  const known = [...new Set(['first_name', ...traits])].filter((name) => name.includes(find.toLowerCase())).slice(0, 30);
  return (
    <Menu withinPortal onOpen={open}>
      <Menu.Target>
        <Button size="compact-sm" variant="subtle" color="gray" leftSection={<IconUser size={16} />} onMouseDown={(e) => e.preventDefault()}>
          {t('Value')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown mah={320} style={{ overflowY: 'auto' }}>
        <TextInput size="xs" aria-label={t('Find a trait')} placeholder={t('Trait')} value={find} onChange={(e) => setFind(e.currentTarget.value)} m={4} />
        {known.map((name) => (
          <Menu.Item key={name} onClick={() => choose(name === 'first_name' ? '{{ profile.first_name | default: "there" }}' : `{{ profile.${name} }}`)}>
            {name}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item onClick={() => choose('{{ company.name }}')}>{t('Name of the company')}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
