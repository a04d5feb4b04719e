import type { Adapter, AdapterFactory, AdapterPayload } from "oidc-provider"

/**
 * Keeps sessions, codes, grants and opaque tokens in memory, each call apart from the last. Nothing is ever dropped for its
 * age: the provider itself checks what has expired, and the store lives as long as the command or the test.
 */
export function memoryStore(): AdapterFactory {
  const records = new Map<string, AdapterPayload>()

  function findWhere(model: string, property: "uid" | "userCode", value: string): AdapterPayload | undefined {
    for (const [key, record] of records) if (key.startsWith(`${model}:`) && record[property] === value) return record
    return undefined
  }

  return (model: string): Adapter => ({
    async upsert(id, record) {
      records.set(`${model}:${id}`, record)
    },
    async find(id) {
      return records.get(`${model}:${id}`)
    },
    async findByUid(uid) {
      return findWhere(model, "uid", uid)
    },
    async findByUserCode(userCode) {
      return findWhere(model, "userCode", userCode)
    },
    async consume(id) {
      const record = records.get(`${model}:${id}`)
      if (record) record.consumed = Math.floor(Date.now() / 1000)
    },
    async destroy(id) {
      records.delete(`${model}:${id}`)
    },
    async revokeByGrantId(grantId) {
      for (const [key, record] of records)
        if (record.grantId === grantId && key.startsWith(`${model}:`)) records.delete(key)
    },
  })
}
