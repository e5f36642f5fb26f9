import { findInPasswd } from './system-user';

const PASSWD = `root:x:0:0:root:/root:/bin/bash
toor:x:0:0::/root:/bin/sh
postgres:x:101:104:PostgreSQL administrator,,,:/var/lib/postgresql:/bin/bash
broken:x
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin`;

test.each([
  ['postgres', { name: 'postgres', uid: 101, gid: 104 }],
  ['nobody', { name: 'nobody', uid: 65_534, gid: 65_534 }],
  ['toor', null],
  ['broken', null],
  ['post', null],
])('user %s in /etc/passwd', (name, expected) => {
  expect(findInPasswd(PASSWD, name)).toEqual(expected);
});
