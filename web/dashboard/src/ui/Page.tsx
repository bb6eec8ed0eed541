import { Anchor, Breadcrumbs, Group, Stack, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useEffect } from 'react';

export interface Crumb {
  title: string;
  to: string;
}

/** A page: its name as heading and title of the window, what can be done, and its content. */
export function Page({
  title,
  intro,
  crumbs = [],
  actions,
  children,
}: {
  title: string;
  intro?: ReactNode;
  crumbs?: Crumb[];
  actions?: ReactNode;
  children: ReactNode;
}) {
  useEffect(() => {
    document.title = `${title} · Rapport`;
  }, [title]);
  return (
    <Stack gap="md">
      {crumbs.length > 0 && (
        <nav aria-label="Breadcrumbs">
          <Breadcrumbs>
            {crumbs.map((crumb) => (
              <Anchor key={crumb.to} component={Link} to={crumb.to} size="sm">
                {crumb.title}
              </Anchor>
            ))}
          </Breadcrumbs>
        </nav>
      )}
      <Group justify="space-between" align="flex-start" gap="sm">
        <div style={{ minWidth: 0 }}>
          <Title order={1} size="h2" dir="auto">
            {title}
          </Title>
          {intro && (
            <Text c="dimmed" size="sm" component="div">
              {intro}
            </Text>
          )}
        </div>
        {actions && (
          <Group gap="xs" className="no-print">
            {actions}
          </Group>
        )}
      </Group>
      {children}
    </Stack>
  );
}
