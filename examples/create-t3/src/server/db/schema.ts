import { boolean, integer, pgTable, text, timestamp } from 'drizzle-orm/pg-core';

export const users = pgTable('users', {
  id: integer().primaryKey().generatedAlwaysAsIdentity(),
  name: text().notNull().unique(),
  /** The salt and the scrypt hash, both in base64url. */
  passwordHash: text().notNull(),
});

export const posts = pgTable('posts', {
  id: integer().primaryKey().generatedAlwaysAsIdentity(),
  title: text().notNull(),
  authorId: integer()
    .notNull()
    .references(() => users.id),
  /** Whether an agent wrote it for its author. */
  isByAgent: boolean().notNull(),
  createdAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
});

export const apiTokens = pgTable('api_tokens', {
  id: integer().primaryKey().generatedAlwaysAsIdentity(),
  /** What its owner calls it, such as "Claude Code on my laptop". */
  label: text().notNull(),
  userId: integer()
    .notNull()
    .references(() => users.id),
  /** The SHA-256 of the token, so that nobody who reads the database can use it. */
  hash: text().notNull().unique(),
  createdAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
});
