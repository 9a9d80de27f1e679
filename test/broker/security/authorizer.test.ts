/** The decision over rules of access control, and filters of rules. */
import { describe, expect, it } from 'vitest'
import { AclIndex } from '../../../broker/security/acl-index.ts'
import {
  aclFault,
  matchesFilter,
  operations,
  patternTypes,
  permissions,
  resourceTypes,
  type Acl,
  type AclFilter,
  type Operation,
} from '../../../broker/security/acl.ts'
import { Authorizer } from '../../../broker/security/authorizer.ts'
import { brokerConfig } from '../../../broker/config.ts'
import { VirtualClock } from '../virtual-clock.ts'

/** "allow User:alice READ orders", "deny User:* ALL prefixed:o from 10.0.0.1". */
function rule(text: string): Acl {
  const [permission, principal, operation, resource, , host] = text.split(' ') as [
    'allow' | 'deny',
    string,
    Operation | 'ALL',
    string,
    'from'?,
    string?,
  ]
  const isPrefix = resource.startsWith('prefixed:')
  return {
    resourceType: resourceTypes.TOPIC,
    resourceName: resource.replace('prefixed:', ''),
    patternType: isPrefix ? patternTypes.prefixed : patternTypes.literal,
    principal,
    host: host ?? '*',
    operation: operations[operation],
    permissionType: permissions[permission],
  }
}

function arrange(rules: readonly string[], config: Record<string, string> = {}) {
  const stored = new Map<string, unknown>()
  const store = {
    facts: () => new Map(),
    putFact: (_kind: string, text: string, fact: unknown) => void stored.set(text, fact),
  }
  const index = new AclIndex(store, new VirtualClock())
  for (const text of rules) index.add(rule(text))
  const on = { 'authorizer.class.name': 'StandardAuthorizer', ...config } as const
  return { index, stored, authorizer: new Authorizer(index, brokerConfig(on)) }
}

const from = (principal: string, clientHost = '10.0.0.1') => ({ clientHost, session: { principal } })
const alice = from('User:alice')

describe('a rule', () => {
  it.each<[rules: string[], operation: Operation, name: string, allowed: boolean]>([
    [[], 'READ', 'orders', false],
    [['allow User:alice READ orders'], 'READ', 'orders', true],
    [['allow User:alice READ orders'], 'WRITE', 'orders', false],
    [['allow User:alice READ orders'], 'READ', 'orders-2', false],
    [['allow User:bob READ orders'], 'READ', 'orders', false],
    [['allow User:* READ orders'], 'READ', 'orders', true],
    [['allow User:alice ALL orders'], 'ALTER', 'orders', true],
    [['allow User:alice READ *'], 'READ', 'orders', true],
    [['allow User:alice READ prefixed:ord'], 'READ', 'orders', true],
    [['allow User:alice READ prefixed:orders'], 'READ', 'orders', true],
    [['allow User:alice READ prefixed:orders-'], 'READ', 'orders', false],
    [['allow User:alice READ orders from 10.0.0.1'], 'READ', 'orders', true],
    [['allow User:alice READ orders from 10.0.0.2'], 'READ', 'orders', false],
    [['allow User:alice READ orders', 'deny User:alice READ orders'], 'READ', 'orders', false],
    [['allow User:alice READ orders', 'deny User:* ALL prefixed:o'], 'READ', 'orders', false],
    [['allow User:alice READ orders', 'deny User:alice WRITE orders'], 'READ', 'orders', true],
    [['allow User:alice READ orders', 'deny User:alice READ * from 10.0.0.2'], 'READ', 'orders', true],
    [['allow User:alice READ orders'], 'DESCRIBE', 'orders', true],
    [['allow User:alice WRITE orders'], 'DESCRIBE', 'orders', true],
    [['allow User:alice DELETE orders'], 'DESCRIBE', 'orders', true],
    [['allow User:alice ALTER orders'], 'DESCRIBE', 'orders', true],
    [['allow User:alice CREATE orders'], 'DESCRIBE', 'orders', false],
    [['allow User:alice DESCRIBE orders'], 'READ', 'orders', false],
    [['allow User:alice ALTER_CONFIGS orders'], 'DESCRIBE_CONFIGS', 'orders', true],
    [['allow User:alice READ orders', 'deny User:alice DESCRIBE orders'], 'DESCRIBE', 'orders', false],
    [['allow User:alice DESCRIBE orders', 'deny User:alice READ orders'], 'DESCRIBE', 'orders', true],
  ])('%j: %s of %s is allowed: %s', (rules, operation, name, allowed) =>
    expect(arrange(rules).authorizer.allows(alice, operation, 'TOPIC', name)).toBe(allowed),
  )
  it('is about one type of resource', () =>
    expect(arrange(['allow User:alice READ x']).authorizer.allows(alice, 'READ', 'GROUP', 'x')).toBe(false))
  it('knows an IPv4 address behind an IPv6 socket', () => {
    const { authorizer } = arrange(['allow User:alice READ orders from 10.0.0.1'])
    expect(authorizer.allows(from('User:alice', '::ffff:10.0.0.1'), 'READ', 'TOPIC', 'orders')).toBe(true)
  })
  it('no longer holds when it is removed, and is forgotten in the log', () => {
    const { authorizer, index, stored } = arrange([
      'allow User:alice READ prefixed:ord',
      'allow User:a READ ord',
    ])
    index.remove(rule('allow User:alice READ prefixed:ord'))
    expect(authorizer.allows(alice, 'READ', 'TOPIC', 'orders')).toBe(false)
    expect([...stored.values()]).toEqual([null, {}])
  })
})

describe('an authorizer', () => {
  it('lets super users do everything, whatever rules deny', () => {
    const { authorizer } = arrange(['deny User:* ALL *'], { 'super.users': 'User:root; User:CN=a,O=b' })
    for (const user of ['User:root', 'User:CN=a,O=b', 'Process:own']) {
      expect(authorizer.allows(from(user), 'ALTER', 'CLUSTER', 'kafka-cluster')).toBe(true)
    }
    expect(authorizer.allows(from('User:other'), 'READ', 'TOPIC', 'orders')).toBe(false)
  })
  it('may leave what no rule is about to everyone', () => {
    const { authorizer } = arrange(['allow User:bob READ orders'], {
      'allow.everyone.if.no.acl.found': 'true',
    })
    expect(authorizer.allows(alice, 'READ', 'TOPIC', 'others')).toBe(true)
    expect(authorizer.allows(alice, 'READ', 'TOPIC', 'orders')).toBe(false)
  })
  it('allows everything where there is none', () => {
    const { authorizer } = arrange(['deny User:* ALL *'], { 'authorizer.class.name': '' })
    expect(authorizer.allows(alice, 'READ', 'TOPIC', 'orders')).toBe(true)
  })
  it.each<[rules: string[], some: boolean]>([
    [[], false],
    [['allow User:alice WRITE orders'], true],
    [['allow User:alice READ orders'], false],
    [['allow User:alice WRITE prefixed:o', 'deny User:alice WRITE orders'], true],
    [['allow User:alice WRITE orders', 'deny User:alice WRITE prefixed:o'], false],
    [['allow User:alice WRITE orders', 'deny User:alice ALL *'], false],
    [['allow User:alice WRITE *'], true],
  ])('knows whether there is some topic to write to: %j', (rules, some) =>
    expect(arrange(rules).authorizer.allowsSome(alice, 'WRITE', 'TOPIC')).toBe(some),
  )
})

describe('a filter', () => {
  const any: AclFilter = {
    resourceTypeFilter: 1,
    resourceNameFilter: null,
    patternTypeFilter: 1,
    principalFilter: null,
    hostFilter: null,
    operation: 1,
    permissionType: 1,
  }
  const rules = ['allow User:a READ orders', 'allow User:b READ *', 'deny User:a READ prefixed:ord']
  it.each<[Partial<AclFilter>, number[]]>([
    [{}, [0, 1, 2]],
    [{ resourceTypeFilter: 3 }, []],
    [{ resourceNameFilter: 'orders' }, [0]],
    [{ resourceNameFilter: 'orders', patternTypeFilter: 2 }, [0, 1, 2]],
    [{ resourceNameFilter: 'other', patternTypeFilter: 2 }, [1]],
    [{ patternTypeFilter: 4 }, [2]],
    [{ resourceNameFilter: 'ord', patternTypeFilter: 4 }, [2]],
    [{ resourceNameFilter: 'ord', patternTypeFilter: 3 }, []],
    [{ principalFilter: 'User:a' }, [0, 2]],
    [{ permissionType: 2 }, [2]],
    [{ operation: 4 }, []],
    [{ hostFilter: '10.0.0.1' }, []],
  ])('%j means %j', (filter, found) => {
    const matching = rules.flatMap((text, index) =>
      matchesFilter({ ...any, ...filter }, rule(text)) ? [index] : [],
    )
    expect(matching).toEqual(found)
  })
})

describe('a rule that is to be added', () => {
  const good = rule('allow User:alice READ orders')
  it.each<[Partial<Acl>, string]>([
    [{ resourceType: 1 }, 'resourceType'],
    [{ patternType: 2 }, 'patternType'],
    [{ operation: 1 }, 'operation'],
    [{ permissionType: 1 }, 'permissionType'],
    [{ resourceName: '' }, 'empty'],
    [{ principal: 'alice' }, 'principalType:principalName'],
    [{ resourceType: 4 }, 'kafka-cluster'],
    [{ host: '' }, 'host'],
  ])('is refused with %j', (change, why) => expect(aclFault({ ...good, ...change })).toContain(why))
  it('is good otherwise', () => expect(aclFault(good)).toBeUndefined())
})
