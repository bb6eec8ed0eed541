/** The conditions of a rule as parts one can change, for mouse and keyboard alike. */
import { ActionIcon, Button, Group as Row, Menu, Paper, SegmentedControl, Stack, Text } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { t } from '@/i18n';
import { addAt, type Condition, fresh, freshField, type Group, isComplete, isFinished, type Node, replaceAt } from './builder';
import { ConditionFields } from './ConditionFields';

export function Builder({ tree, change }: { tree: Group; change: (tree: Group) => void }) {
  return <GroupView group={tree} path={[]} root={tree} change={change} />;
}

interface Place {
  path: number[];
  root: Group;
  change: (tree: Group) => void;
}

function GroupView({ group, path, root, change }: Place & { group: Group }) {
  const add = (node: Node) => change(addAt(root, path, node));
  const content = (
    <Stack gap="xs">
      {group.items.length > 1 && (
        <SegmentedControl
          size="xs"
          w="fit-content"
          aria-label={t('How conditions join')}
          value={group.join}
          onChange={(join) => change(replaceAt(root, path, { ...group, join: join as Group['join'] }))}
          data={[
            { value: 'all', label: t('All of these') },
            { value: 'any', label: t('Any of these') },
          ]}
        />
      )}
      {group.items.map((node, i) =>
        node.kind === 'group' ? (
          <Row key={i} wrap="nowrap" align="flex-start" gap="xs">
            <Paper withBorder p="sm" style={{ flex: 1, minWidth: 0 }}>
              <GroupView group={node} path={[...path, i]} root={root} change={change} />
            </Paper>
            <Remove what={t('group')} act={() => change(replaceAt(root, [...path, i], null))} />
          </Row>
        ) : (
          <ConditionView key={i} condition={node} path={[...path, i]} root={root} change={change} />
        ),
      )}
      <Add add={add} deep={path.length < 3} />
    </Stack>
  );
  return path.length === 0 ? content : <div role="group" aria-label={t('Group of conditions')}>{content}</div>;
}

function ConditionView({ condition, path, root, change }: Place & { condition: Condition }) {
  return (
    <Paper withBorder p="xs" role="group" aria-label={t('Condition {n}', { n: (path.at(-1) ?? 0) + 1 })}>
      <Row wrap="nowrap" align="flex-start" gap="xs">
        <div style={{ flex: 1, minWidth: 0 }}>
          <ConditionFields condition={condition} change={(next) => change(replaceAt(root, path, next))} />
          {!isFinished(condition) && (
            <Text size="xs" c="dimmed" mt={4}>
              {isComplete(condition) ? t('Not finished: a part of it does not count yet.') : t('Not finished: it does not count yet.')}
            </Text>
          )}
        </div>
        <Remove what={t('condition')} act={() => change(replaceAt(root, path, null))} />
      </Row>
    </Paper>
  );
}

function Remove({ what, act }: { what: string; act: () => void }) {
  return (
    <ActionIcon variant="subtle" color="gray" aria-label={t('Remove {what}', { what })} onClick={act}>
      <IconTrash size={16} />
    </ActionIcon>
  );
}

function Add({ add, deep }: { add: (node: Node) => void; deep: boolean }) {
  const kinds: [Condition, string, string][] = [
    [fresh('events'), t('What they did'), t('an event, how often, how much, when')],
    [fresh('field'), t('Who they are'), t('a trait such as plan or country')],
    [freshField('account'), t('Their account'), t('the company or household they belong to, and its size')],
    [fresh('ago'), t('How long ago'), t('since the first or last time')],
    [fresh('sequence'), t('In what order'), t('one thing after another')],
    [fresh('segment'), t('A segment'), t('in it or not')],
    [fresh('consent'), t('Consent'), t('given or not')],
  ];
  return (
    <Menu position="bottom-start" width={300}>
      <Menu.Target>
        <Button variant="default" size="xs" w="fit-content" leftSection={<IconPlus size={14} />}>
          {t('Add a condition')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {kinds.map(([condition, name, what]) => (
          <Menu.Item key={name} onClick={() => add(condition)}>
            {name}
            <Text size="xs" c="dimmed">
              {what}
            </Text>
          </Menu.Item>
        ))}
        {deep && (
          <>
            <Menu.Divider />
            <Menu.Item onClick={() => add({ kind: 'group', join: 'any', items: [fresh('events')] })}>{t('A group of conditions')}</Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
