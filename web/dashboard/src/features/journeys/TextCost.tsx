/** What text messages come to, before anybody pays. */
import { Alert, Stack, Text } from '@mantine/core';
import { number, t, tn } from '@/i18n';
import { DataTable } from '@/ui/DataTable';

/** What the text messages come to. */
export interface TextCost {
  segments: number;
  amounts: Record<string, string>;
  unpriced: number;
  unmade: number;
  countries: Record<string, { messages: number; segments: number; amounts: Record<string, string>; unpriced: number }>;
}

const money = (amounts: Record<string, string>) =>
  Object.entries(amounts)
    .map(([currency, amount]) => `${amount} ${currency}`.trim())
    .join(' + ');

/** Text messages are paid for one by one: segments by country, and what nobody knows the price of. */
export function Cost({ of }: { of: TextCost }) {
  return (
    <Stack gap="xs">
      <Text size="sm">
        {tn(of.segments, 'The text messages take one segment', 'The text messages take {n} segments')}
        {money(of.amounts) && <b> · {money(of.amounts)}</b>}
      </Text>
      {of.unpriced > 0 && (
        <Alert variant="outline" color="yellow">
          {tn(of.unpriced, 'The price of one message is not known: its channel names none for the country.', 'The price of {n} messages is not known: their channel names none for the country.')}
        </Alert>
      )}
      {of.unmade > 0 && (
        <Alert variant="outline" color="yellow">
          {tn(of.unmade, 'One message could not be made and is not counted.', '{n} messages could not be made and are not counted.')}
        </Alert>
      )}
      <DataTable
        caption={t('Text messages by country')}
        rows={Object.entries(of.countries)}
        id={([country]) => country}
        columns={[
          { title: t('Country'), cell: ([country]) => (country === '?' ? t('not known') : country) },
          { title: t('Messages'), cell: ([, x]) => number(x.messages), kind: 'num' },
          { title: t('Segments paid for'), cell: ([, x]) => number(x.segments), kind: 'num' },
          { title: t('Cost'), cell: ([, x]) => (x.unpriced > 0 ? [money(x.amounts), t('not known')].filter(Boolean).join(' + ') : money(x.amounts)), kind: 'num' },
        ]}
      />
    </Stack>
  );
}
