import { expect, test } from 'vitest';
import * as caller from '@trpc-mcp/core/caller';
import * as catalog from '@trpc-mcp/core/catalog';
import * as clients from '@trpc-mcp/core/clients';
import * as express from '@trpc-mcp/core/express';
import * as fastify from '@trpc-mcp/core/fastify';
import * as fetch from '@trpc-mcp/core/fetch';
import * as node from '@trpc-mcp/core/node';
import * as stdio from '@trpc-mcp/core/stdio';

test.each(Object.entries({ express, fastify, fetch }))(
  'the subpath %s exports mcpHandler alone',
  (_, host) => {
    expect(Object.keys(host)).toEqual(['mcpHandler']);
  },
);

test('the subpath node exports mcpHandler, and what reads skills of a folder', () => {
  expect(Object.keys(node).toSorted()).toEqual(['mcpHandler', 'readSkills']);
});

test('the subpath stdio exports serveStdio alone', () => {
  expect(Object.keys(stdio)).toEqual(['serveStdio']);
});

test('the subpath clients exports the profiles of clients, the rules of lists, and their checks', () => {
  expect(Object.keys(clients).toSorted()).toEqual([
    'checkTools',
    'clientNames',
    'clients',
    'estimateTokens',
    'lintRules',
    'lintTools',
  ]);
});

test('the subpath catalog exports what tools read of a router', () => {
  expect(Object.keys(catalog).toSorted()).toEqual(['describeCatalog', 'diffContracts', 'writeContract']);
});

test('the subpath caller exports createToolCaller alone', () => {
  expect(Object.keys(caller)).toEqual(['createToolCaller']);
});
