import { Anchor } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { t } from '@/i18n';

/** Where archived documents of a kind are. */
export function ArchiveLink({ kind }: { kind: string }) {
  return (
    <Anchor component={Link} to="/archive" search={{ kind } as never} size="sm" w="fit-content">
      {t('Archived ones')}
    </Anchor>
  );
}
