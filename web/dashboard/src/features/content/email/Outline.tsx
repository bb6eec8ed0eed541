/** The blocks of a mail as a tree: chosen, dragged, and moved by keyboard. */
import { ActionIcon, Menu, Text } from '@mantine/core';
import {
  IconArrowDown, IconArrowUp, IconCode, IconDots, IconGripVertical, IconHeading, IconLayoutColumns, IconLetterT, IconLine, IconPhoto,
  IconRectangle, IconSection, IconShare, IconSpacingVertical, IconTable, IconTrash,
} from '@tabler/icons-react';
import { type DragEvent, type KeyboardEvent, useRef, useState } from 'react';
import { t } from '@/i18n';
import { excerpt, NAMES } from './blocks';
import { at, type Element, isWithin, mayStand, moveTo, type Node, type Path, removeNode, step, walk } from './mjml';
import { isShown } from './place';

const ICONS: Record<string, typeof IconCode> = {
  'mj-text': IconLetterT, 'mj-button': IconRectangle, 'mj-image': IconPhoto, 'mj-divider': IconLine, 'mj-spacer': IconSpacingVertical, 'mj-table': IconTable,
  'mj-social': IconShare, 'mj-section': IconSection, 'mj-column': IconLayoutColumns, 'mj-hero': IconHeading, 'mj-raw': IconCode, 'mj-wrapper': IconSection,
};

export interface Editable {
  text: string;
  root: Element;
  chosen: Path | null;
  change: (text: string) => void;
  choose: (path: Path | null) => void;
}

/** Where a dragged block would go. */
interface Drop {
  parent: Path;
  index: number;
}

const within = (list: readonly string[], path: Path) => list.includes(path.join());

export function Outline({ text, root, chosen, change, choose }: Editable) {
  const [dragged, setDragged] = useState<Path | null>(null);
  const [drop, setDrop] = useState<Drop | null>(null);
  const list = useRef<HTMLUListElement>(null);
  const rows = walk(root).filter(({ path, node }) => isShown(root, path, node));
  const paths = rows.map((r) => r.path.join());
  /** How many of the rows it is inside of. */
  const depth = (path: Path) => path.filter((_, i) => i > 0 && i < path.length - 1 && within(paths, path.slice(0, i + 1))).length;
  const focus = (path: Path) => requestAnimationFrame(() => list.current?.querySelector<HTMLElement>(`[data-path="${path.join('.')}"]`)?.focus());
  const done = (made: { text: string; path: Path } | null) => {
    if (!made) return;
    change(made.text);
    choose(made.path);
    focus(made.path);
  };
  const remove = (path: Path) => {
    const node = at(root, path);
    if (!node) return;
    const next = paths[paths.indexOf(path.join()) - 1];
    choose(null);
    change(removeNode(text, node));
    if (next) focus(next.split(',').map(Number));
  };
  const key = (event: KeyboardEvent, path: Path) => {
    const index = paths.indexOf(path.join());
    const go = (to: number) => {
      const next = rows[to];
      if (!next) return;
      choose(next.path);
      focus(next.path);
    };
    if (event.altKey && event.key === 'ArrowUp') done(step(text, root, path, -1));
    else if (event.altKey && event.key === 'ArrowDown') done(step(text, root, path, 1));
    else if (event.key === 'ArrowDown') go(index + 1);
    else if (event.key === 'ArrowUp') go(index - 1);
    else if (event.key === 'Home') go(0);
    else if (event.key === 'End') go(rows.length - 1);
    else if (event.key === 'Delete') remove(path);
    else return;
    event.preventDefault();
  };
  /** Before or after the row the pointer is on, or into it. */
  const over = (event: DragEvent, path: Path, node: Node) => {
    const moving = dragged && at(root, dragged);
    if (!moving || !dragged || isWithin(path, dragged)) return setDrop(null);
    const box = event.currentTarget.getBoundingClientRect();
    const after = event.clientY > box.top + box.height / 2;
    const parent = path.slice(0, -1);
    const home = at(root, parent);
    if (home?.kind === 'element' && mayStand(moving, home)) {
      event.preventDefault();
      setDrop({ parent, index: (path.at(-1) ?? 0) + (after ? 1 : 0) });
    } else if (node.kind === 'element' && mayStand(moving, node)) {
      event.preventDefault();
      setDrop({ parent: path, index: node.children.length });
    } else setDrop(null);
  };
  return (
    <ul className="blocks" role="tree" aria-label={t('Blocks')} ref={list}>
      {rows.map(({ node, path }, i) => {
        const tag = node.kind === 'element' ? node.tag : '';
        const Icon = ICONS[tag] ?? IconCode;
        const isChosen = chosen?.join() === path.join();
        const name = node.kind === 'loose' ? '' : NAMES[tag] ? t(NAMES[tag].title) : `<${tag}>`;
        const marker = drop && drop.parent.join() === path.slice(0, -1).join() ? (drop.index === path.at(-1) ? 'before' : drop.index === (path.at(-1) ?? 0) + 1 ? 'after' : undefined) : drop?.parent.join() === path.join() ? 'into' : undefined;
        const says = excerpt(text, node);
        return (
          <li
            key={path.join()}
            role="treeitem"
            aria-level={depth(path) + 1}
            aria-selected={isChosen}
            aria-label={`${name} ${says}`.trim()}
            aria-keyshortcuts="Alt+ArrowUp Alt+ArrowDown Delete"
            data-path={path.join('.')}
            data-kind={node.kind === 'loose' ? 'loose' : tag}
            data-drop={marker}
            tabIndex={isChosen || (!within(paths, chosen ?? []) && i === 0) ? 0 : -1}
            draggable
            style={{ paddingInlineStart: 6 + depth(path) * 16 }}
            onClick={() => choose(path)}
            onFocus={(e) => e.target === e.currentTarget && !isChosen && choose(path)}
            onKeyDown={(e) => e.target === e.currentTarget && key(e, path)}
            onDragStart={(e) => {
              e.dataTransfer.effectAllowed = 'move';
              e.dataTransfer.setData('text/plain', path.join('.'));
              setDragged(path);
            }}
            onDragOver={(e) => over(e, path, node)}
            onDragEnd={() => {
              setDragged(null);
              setDrop(null);
            }}
            onDrop={(e) => {
              e.preventDefault();
              if (dragged && drop) done(moveTo(text, root, dragged, drop.parent, drop.index));
              setDragged(null);
              setDrop(null);
            }}
          >
            <IconGripVertical size={14} className="blocks-grip" aria-hidden />
            <Icon size={16} aria-hidden />
            <Text span size="sm" fw={path.length < 4 ? 600 : 400} className="blocks-name">
              {node.kind === 'loose' ? <code>{says}</code> : name}{' '}
              {node.kind === 'element' && (
                <Text span size="xs" c="dimmed" fw={400} dir="auto">
                  {says}
                </Text>
              )}
            </Text>
            <RowMenu name={name} up={() => done(step(text, root, path, -1))} down={() => done(step(text, root, path, 1))} remove={() => remove(path)} />
          </li>
        );
      })}
    </ul>
  );
}

function RowMenu({ name, up, down, remove }: { name: string; up: () => void; down: () => void; remove: () => void }) {
  return (
    <Menu withinPortal position="bottom-end">
      <Menu.Target>
        <ActionIcon size="sm" variant="subtle" color="gray" className="blocks-menu" tabIndex={-1} aria-label={t('Do something with {what}', { what: name })} onClick={(e) => e.stopPropagation()}>
          <IconDots size={14} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconArrowUp size={14} />} onClick={up}>
          {t('Move up')}
        </Menu.Item>
        <Menu.Item leftSection={<IconArrowDown size={14} />} onClick={down}>
          {t('Move down')}
        </Menu.Item>
        <Menu.Item leftSection={<IconTrash size={14} />} color="red" onClick={remove}>
          {t('Remove')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
