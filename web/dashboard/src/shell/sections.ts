/** The sections of the product, in the order of its map. */
import {
  IconAddressBook,
  IconChartHistogram,
  IconDatabase,
  IconFilter,
  IconHome,
  IconInbox,
  IconMail,
  IconRoute,
  IconSend,
  IconSettings,
  IconSpeakerphone,
} from '@tabler/icons-react';

export interface Section {
  to: string;
  /** A text of the catalogue. */
  title: string;
  icon: typeof IconHome;
  /** Only with the built-in mail server. */
  catcherOnly?: boolean;
  /** Where its further pages begin. */
  also?: string[];
}

export const sections: Section[] = [
  { to: '/', title: 'Home', icon: IconHome },
  { to: '/customers', title: 'Customers', icon: IconAddressBook, also: ['/accounts'] },
  { to: '/segments', title: 'Segments', icon: IconFilter, also: ['/personas', '/traits'] },
  { to: '/journeys', title: 'Journeys', icon: IconRoute },
  { to: '/campaigns', title: 'Campaigns', icon: IconSpeakerphone },
  { to: '/content', title: 'Content', icon: IconMail, also: ['/brands', '/blocks'] },
  { to: '/messages', title: 'Messages', icon: IconSend },
  { to: '/insights', title: 'Insights', icon: IconChartHistogram, also: ['/dashboards', '/goals'] },
  { to: '/data', title: 'Data', icon: IconDatabase },
  { to: '/settings', title: 'Settings', icon: IconSettings },
  { to: '/inbox', title: 'Mail catcher', icon: IconInbox, catcherOnly: true },
];
