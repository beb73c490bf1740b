/** The people of the sample data that the start-up text, the README and the tests call by name. */
export const staff = {
  admin: { name: 'Ines Duarte', email: 'ines.duarte@backoffice.example', role: 'admin' },
  support: { name: 'Tom Okafor', email: 'tom.okafor@backoffice.example', role: 'support' },
  viewer: { name: 'Priya Raman', email: 'priya.raman@backoffice.example', role: 'viewer' },
} as const;

/** Pays for the team plan, has a login and writes in the help centre. */
export const mara = {
  name: 'Mara Lindqvist',
  email: 'mara@fjordline.example',
  company: 'Fjordline Studio',
  country: 'Sweden',
} as const;

/** Pays, and is active, so the account can be deactivated. */
export const jonas = {
  name: 'Jonas Weber',
  email: 'jonas.weber@brightharbor.example',
  company: 'Bright Harbor',
  country: 'Germany',
} as const;

/** Is in a trial that ends in three days. */
export const aiko = {
  name: 'Aiko Tanaka',
  email: 'aiko.tanaka@papercrane.example',
  company: 'Paper Crane Books',
  country: 'Japan',
} as const;

export const articles = {
  byMara: 'Five habits for tidy invoices',
  byTom: 'What happens when a trial ends',
  draftByTom: 'Move your team to another plan',
} as const;

/**
 * The bearer tokens and whom they authenticate. They are in the source because this is a demo. A real app issues its
 * own.
 */
export const tokens = {
  viewer: { token: 'demo-viewer', ...staff.viewer },
  support: { token: 'demo-support', ...staff.support },
  admin: { token: 'demo-admin', ...staff.admin },
  customer: { token: 'demo-customer', ...mara },
} as const;
