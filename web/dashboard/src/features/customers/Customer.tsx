import { Anchor } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { nameOf } from './name';
import { summaryQuery } from './names';

/** A customer known by id alone, as a link with the name as soon as it is known. */
export function Customer({ id, size }: { id: string; size?: string }) {
  const found = useQuery(summaryQuery(id)).data;
  return (
    <Anchor component={Link} to="/customers/$id" params={{ id } as never} dir="auto" {...(size ? { size } : {})}>
      {found ? nameOf(found) : id}
    </Anchor>
  );
}
