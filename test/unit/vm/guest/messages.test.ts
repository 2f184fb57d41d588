import t from 'tap';
import { parseGuestMessage } from '../../../../vm/guest/messages.ts';

void t.test('takes what the protocol has', async (t) => {
  const messages = [
    { type: 'beat', uptime_ms: 1, processes: 0 },
    { type: 'result', id: 1 },
    { type: 'result', id: 1, pid: 2, more: 'from a newer agent' },
    { type: 'exit', process: 1, code: 0, ms: 1 },
    { type: 'exit', process: 1, signal: 'SIGKILL', ms: 1 },
    { type: 'out', process: 1, stream: 'stderr', data: '' },
  ];
  for (const message of messages) t.strictSame(parseGuestMessage(JSON.stringify(message)), message);
});

void t.test('says what is wrong with the rest', async (t) => {
  const wrong: [string, RegExp][] = [
    ['{', /not JSON/],
    ['[]', /no object/],
    ['null', /no object/],
    ['{}', /unknown type undefined/],
    ['{"type":"toString"}', /unknown type "toString"/],
    ['{"type":"beat","uptime_ms":"1","processes":0}', /beat: uptime_ms is no number/],
    ['{"type":"result","id":1,"pid":null}', /result: pid is no number/],
    ['{"type":"out","process":1,"stream":"stdin","data":""}', /neither stdout nor stderr/],
    ['{"type":"exit","process":1,"ms":1}', /exactly one of code and signal/],
    ['{"type":"exit","process":1,"code":1,"signal":"SIGINT","ms":1}', /exactly one of code and signal/],
  ];
  for (const [payload, message] of wrong) t.match(parseGuestMessage(payload), message);
});
