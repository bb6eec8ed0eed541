/** What a list says while it has no rows. */
import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { t } from '@/i18n';
import { Empty } from './bits';

interface Props {
  /** Whether something is searched or filtered for: then there may be rows all the same. */
  narrowed: boolean;
  /** Takes search and filters away. */
  clear: () => void;
  /** Said when nothing fits. */
  none?: string;
  /** Said when there is nothing at all: what would be here, and how it comes about. */
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}

export function NoRows({ narrowed, clear, none, title, children, action }: Props) {
  if (!narrowed) return <Empty title={title} action={action}>{children}</Empty>;
  return (
    <Empty
      title={none ?? t('Nothing was found')}
      action={
        <Button variant="default" onClick={clear}>
          {t('Clear search and filters')}
        </Button>
      }
    >
      {t('Nothing here fits what is searched or filtered for.')}
    </Empty>
  );
}
