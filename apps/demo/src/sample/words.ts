/** The words from which names, companies and articles of the sample data are made. */
export const firstNames = list(`
  Ada Amara Anders Ayşe Beatriz Björn Camille Chidi Clara Dalia Daniel Diego Elif Elena Emeka Erik Fatima Felix Freya
  Gabriel Greta Hana Henrik Hiro Imani Ingrid Isabel Ivan Jana Jorge Julia Kaito Karim Katrin Kofi Laila Lars Leila Liam
  Lucia Magnus Malik Marta Mateo Mei Milan Nadia Nils Noor Olga Omar Paula Pavel Quentin Rafael Ravi Rosa Samir Sanna
  Sofia Stefan Tariq Thea Tuva Uma Victor Wanda Yara Yusuf Zoe`);

export const lastNames = list(`
  Abadi Adeyemi Almeida Andersen Banerjee Bauer Berg Bianchi Castillo Cohen Costa Dahl Diallo Dubois Eriksen Fischer
  Fontaine Garcia Haddad Hansen Hoffmann Ibrahim Ito Jansen Kamara Kaya Keller Kim Kowalski Larsen Lehmann Lopez Marino
  Mensah Meyer Moreau Nakamura Ndiaye Novak Nowak Oduya Olsen Ortega Park Patel Peeters Petrov Quispe Ramos Rossi Sato
  Schmidt Silva Singh Sørensen Suzuki Tanaka Torres Ueda Vargas Virtanen Vogel Wagner Wong Yilmaz Zhang Ziegler`);

export const companyWords = list(`
  Amber Aspen Blue Bold Cedar Clear Copper Coral Crimson Ember Fern Flint Golden Granite Green Hazel Indigo Iron Ivory
  Juniper Lunar Maple Meadow Mint Misty North Oak Ocean Olive Opal Pine Quiet Rapid River Rowan Saffron Silver Solar
  Stone Swift Tidal Umber Velvet Violet Willow Winter`);

export const companyNouns = list(`
  Analytics Bakery Bikes Books Brewing Builders Cargo Clinic Coffee Consulting Design Dental Energy Events Farms Fitness
  Foods Freight Gardens Goods Hotels Interiors Kitchens Labs Legal Logistics Media Motors Music Optics Outdoors Partners
  Pharmacy Photo Press Robotics Security Software Sports Studio Supply Systems Tours Toys Travel Works`);

export const countries = list(`
  Australia Austria Belgium Brazil Canada Chile Denmark Finland France Germany Ghana India Ireland Italy Japan Kenya
  Mexico Netherlands Nigeria Norway Poland Portugal Singapore Spain Sweden Switzerland`);

export const articleTasks = [
  'Export',
  'Import',
  'Archive',
  'Share',
  'Search',
  'Rename',
  'Restore',
  'Automate',
  'Translate',
  'Schedule',
];

export const articleThings = [
  'your invoices',
  'a customer list',
  'monthly reports',
  'team calendars',
  'saved replies',
  'an inbox',
  'billing contacts',
  'a price list',
  'project templates',
  'audit logs',
  'weekly digests',
  'tax documents',
];

export const articleTails = [
  'in two minutes',
  'without a spreadsheet',
  'step by step',
  'for large teams',
  'on a phone',
];

function list(words: string): string[] {
  return words.trim().split(/\s+/);
}
