import { Button, SimpleGrid, Text, Title } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { includes, sessionQuery } from '@/api/client';
import { t } from '@/i18n';
import { type Document, nameOf, ResourceList } from '@/resources/ResourceList';
import { Status } from '@/ui/bits';

/** The brands of the workspace. */
export function Brands() {
  const session = useQuery(sessionQuery);
  const create = includes(session.data?.role, 'editor') && (
    <Button component={Link} to="/brands/new" leftSection={<IconPlus size={16} />} w="fit-content">
      {t('New brand')}
    </Button>
  );
  return (
    <ResourceList
      kind="brand"
      caption={t('Brand kit')}
      find={{ label: t('Find brands'), placeholder: t('Name or id') }}
      none={t('Nothing was found')}
      empty={{ title: t('No brand yet'), text: t('Logo, colours, fonts and words in one place. Blocks take them, and follow when they change.') }}
      create={create}
      columns={[]}
      draw={(rows) => (
        <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
          {rows.map((b) => (
            <Card key={b.id} of={b} />
          ))}
        </SimpleGrid>
      )}
    />
  );
}

function Card({ of: b }: { of: Document }) {
  const colours = (b.spec.colours ?? {}) as Record<string, string>;
  const logo = (b.spec.logo ?? {}) as { url?: string };
  return (
    <Link to="/brands/$id" params={{ id: b.id } as never} className="card-link">
      <div className="brand-strip" aria-hidden>
        {Object.entries(colours).map(([role, colour]) => (
          <span key={role} style={{ background: colour }} />
        ))}
      </div>
      <div className="card-body">
        {logo.url && <img src={logo.url} alt="" style={{ maxHeight: 32, maxWidth: 160 }} />}
        <Title order={2} size="h5" dir="auto">
          {nameOf(b)}
        </Title>
        <Text size="xs" c="dimmed" component="div">
          {b.id} <Status of={b.live_version ? 'live' : b.status} />
        </Text>
      </div>
    </Link>
  );
}
