import type { Row } from './collection.ts';

export const roles = ['owner', 'admin', 'member', 'guest'] as const;
export type Role = (typeof roles)[number];

export interface User extends Row {
  email: string;
  name: string;
  locale: string;
  isStaff: boolean;
  avatarUrl: string | null;
  preferences: Record<string, unknown>;
}

export interface Session extends Row {
  token: string;
  userId: string;
  device: string | null;
  lastSeenAt: Date;
}

export interface Organisation extends Row {
  slug: string;
  name: string;
  plan: 'free' | 'team' | 'business';
  settings: Record<string, unknown>;
  archivedAt: Date | null;
}

export interface Member extends Row {
  organisationId: string;
  userId: string;
  role: Role;
}

export interface Invitation extends Row {
  organisationId: string;
  email: string;
  role: Role;
  expiresAt: Date;
}

/** What an organisation owns, besides its members. */
export interface Owned extends Row {
  organisationId: string;
  name: string;
  status: string;
  updatedAt: Date | null;
  /** What only this kind of thing has. */
  details: Record<string, unknown>;
}

export interface Task extends Owned {
  projectId: string;
  assigneeId: string | null;
  priority: 'low' | 'normal' | 'high' | 'urgent';
  dueAt: Date | null;
  position: number;
}
