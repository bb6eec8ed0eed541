import { Button, Center } from '@mantine/core';
import { t } from '@/i18n';

/** Asks for the next page of what is not a table. */
export function More({ of }: { of: { has: boolean; loading: boolean; load: () => void } }) {
  if (!of.has) return null;
  return (
    <Center>
      <Button variant="default" loading={of.loading} onClick={of.load}>
        {t('Show more')}
      </Button>
    </Center>
  );
}
