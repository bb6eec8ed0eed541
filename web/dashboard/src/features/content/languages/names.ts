import { t } from '@/i18n';

/** What the members of messages are called that hold words. */
const NAMES: Record<string, { title: string }> = {
  subject: { title: 'Subject' },
  preheader: { title: 'Preview text' },
  body: { title: 'Body' },
  title: { title: 'Title' },
  say: { title: 'What is said' },
  image_alt: { title: 'What the picture shows' },
  url_label: { title: 'What the link says' },
  buttons: { title: 'Buttons' },
  items: { title: 'Items' },
  actions: { title: 'Actions' },
  gather: { title: 'What keys mean' },
  template: { title: 'Approved template' },
  language: { title: 'Language of the voice' },
};

export const nameOfMember = (name: string): string => t(NAMES[name]?.title ?? name);
