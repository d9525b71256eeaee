// Verify callbacks as users of these libraries write them. Those in `calling` declare `done`, and
// those in `returning` return their decision.
const { promisify } = require('node:util')
const createKnex = require('knex')
const mysql2 = require('mysql2')
const redis = require('redis')
const { startMongoServer } = require('./mongo-server.cjs')
const { startMysqlServer } = require('./mysql-server.cjs')
const { startRedisServer } = require('./redis-server.cjs')
const { USERS } = require('./users.cjs')

exports.openLibraries = async (random) => {
  const mysqlServer = await startMysqlServer(random)
  const redisServer = await startRedisServer(random)
  const mongoServer = await startMongoServer(random)
  const libraries = [
    openKnex(mysqlServer.port),
    openMysql(mysqlServer.port),
    openRedis(redisServer.port),
    await openMongoose('mongoose5', mongoServer.port),
    await openMongoose('mongoose6', mongoServer.port),
    openSqlite(),
    openMemory(),
  ].filter((library) => library !== undefined)
  return {
    libraries,
    async close() {
      for (const library of libraries) await library.close?.()
      for (const server of [mysqlServer, redisServer, mongoServer]) server.close()
    },
  }
}

function openKnex(port) {
  const connection = { host: '127.0.0.1', port, user: 'test', database: 'test' }
  const knex = createKnex({
    client: 'mysql2',
    version: '8.0.0',
    connection,
    pool: { min: 0, max: 20 },
  })
  const find = (cert) => knex('users').where({ cn: cert.subject.CN }).first()
  const findEnabled = (cert) => knex('users').where({ cn: cert.subject.CN, enabled: 1 }).first()
  return {
    name: 'Knex 3',
    calling: {
      'asCallback()': (cert, done) =>
        find(cert).asCallback((error, user) => done(error, user && user.enabled ? user : false)),
      'then()': (cert, done) =>
        find(cert).then((user) => done(null, user && user.enabled ? user : false), done),
    },
    returning: {
      'a query': (cert) => findEnabled(cert),
      'await a query': async (cert) => {
        const user = await find(cert)
        return user?.enabled ? user : undefined
      },
    },
    close: () => knex.destroy(),
  }
}

function openMysql(port) {
  const pool = mysql2.createPool({ host: '127.0.0.1', port, user: 'test', connectionLimit: 20 })
  const sql = 'select cn, enabled from users where cn = ?'
  return {
    name: 'mysql2 3',
    calling: {
      'query()': (cert, done) =>
        pool.query(sql, [cert.subject.CN], (error, rows) =>
          done(error, rows && rows[0] && rows[0].enabled ? rows[0] : false),
        ),
    },
    returning: {
      'promise()': async (cert) => {
        const [rows] = await pool.promise().query(sql, [cert.subject.CN])
        return rows.find(({ enabled }) => enabled)
      },
    },
    close: () => promisify(pool.end).call(pool),
  }
}

function openRedis(port) {
  const client = redis.createClient({ host: '127.0.0.1', port })
  const get = promisify(client.get).bind(client)
  const read = (json) => {
    const user = JSON.parse(json ?? 'null')
    return user && user.enabled ? user : false
  }
  return {
    name: 'redis 3',
    calling: {
      'get()': (cert, done) =>
        client.get(cert.subject.CN, (error, json) => done(error, error ? undefined : read(json))),
      // `get()` returns `false` until the client has connected.
      'get() while it connects': (cert, done) => {
        const fresh = redis.createClient({ host: '127.0.0.1', port })
        return fresh.get(cert.subject.CN, (error, json) => {
          fresh.end(false)
          done(error, error ? undefined : read(json))
        })
      },
    },
    returning: { 'promisify(get)': async (cert) => read(await get(cert.subject.CN)) },
    close: () => client.end(false),
  }
}

async function openMongoose(name, port) {
  const mongoose = require(name)
  mongoose.set('strictQuery', true)
  const options = name === 'mongoose5' ? { useNewUrlParser: true, useUnifiedTopology: true } : {}
  await mongoose.connect(`mongodb://127.0.0.1:${port}/test`, options)
  const User = mongoose.model('User', new mongoose.Schema({ cn: String, enabled: Boolean }))
  const query = (cert) => ({ cn: cert.subject.CN })
  return {
    name: name.replace('mongoose', 'Mongoose '),
    calling: {
      'findOne()': (cert, done) =>
        User.findOne(query(cert), (error, user) =>
          done(error, user && user.enabled ? user : false),
        ),
      'findOne().exec()': (cert, done) =>
        User.findOne(query(cert)).exec((error, user) =>
          done(error, user && user.enabled ? user : false),
        ),
    },
    returning: {
      'a query': (cert) => User.findOne({ ...query(cert), enabled: true }),
      'exec()': async (cert) => {
        const user = await User.findOne(query(cert)).exec()
        return user?.enabled && user
      },
    },
    close: () => mongoose.disconnect(),
  }
}

/** Only newer versions of Node have it. */
function openSqlite() {
  let sqlite
  try {
    sqlite = require('node:sqlite')
  } catch {
    return undefined
  }
  const database = new sqlite.DatabaseSync(':memory:')
  database.exec('create table users (cn text, enabled integer)')
  const insert = database.prepare('insert into users values (?, ?)')
  for (const { cn, enabled } of USERS) insert.run(cn, Number(enabled))
  const select = database.prepare('select cn from users where cn = ? and enabled = 1')
  return {
    name: 'node:sqlite',
    calling: { 'get()': (cert, done) => done(null, select.get(cert.subject.CN)) },
    returning: {
      'get()': (cert) => select.get(cert.subject.CN),
      'async get()': async (cert) => select.get(cert.subject.CN),
    },
    close: () => database.close(),
  }
}

function openMemory() {
  const enabled = USERS.filter((user) => user.enabled)
  const users = new Map(enabled.map((user) => [user.cn, user]))
  return {
    name: 'JavaScript',
    calling: { 'Map.get()': (cert, done) => done(null, users.get(cert.subject.CN)) },
    returning: {
      'Map.get()': (cert) => users.get(cert.subject.CN),
      'async Map.get()': async (cert) => users.get(cert.subject.CN),
      'Array.find()': (cert) => enabled.find(({ cn }) => cn === cert.subject.CN),
    },
  }
}
