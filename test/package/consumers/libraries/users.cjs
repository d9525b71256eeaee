// The users that every database of this test holds. `alice` may enter and `mallory` may not; `eve` has a
// certificate, but isn't a user.
exports.USERS = [
  { cn: 'alice', enabled: true },
  { cn: 'mallory', enabled: false },
]
