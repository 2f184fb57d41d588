/** What the line says, as parts that are fitted to a width: of a first synchronization, and of a run that follows changes. */
import type { Flight } from '../../apply/in-flight.ts';
import { displayName } from '../../native/names.ts';
import { joinPath } from '../../report.ts';
import { bytesLeft, type Activity } from './activity.ts';
import { bytes, duration, moment, things } from './amounts.ts';
import { fitParts, type Part } from './fit.ts';

/** Columns of a path below which it says nothing. */
const LEAST_PATH = 8;

/** Of files that are copied in a moment nobody wants to know how much of them is. */
const WORTH_BYTES = 5e6;

/** `perSecond`: bytes, null where it is not known. At most `columns` wide. */
export function progressLine(activity: Activity, perSecond: number | null, columns: number): string {
  return fitParts(
    activity.ready ? statusParts(activity, perSecond) : syncParts(activity, perSecond),
    columns,
  );
}

function syncParts(activity: Activity, perSecond: number | null): Part[] {
  const { files, failing } = activity;
  const moved = activity.bytes + activity.bytesInFlight;
  if (moved === 0 && files === 0 && activity.directories === 0 && activity.flights.length === 0)
    return [{ text: 'Comparing directories', rank: 0 }];
  return [
    { text: `${things(files, 'file', 'files')}, ${bytes(moved)}`, rank: 0 },
    { text: rateText(perSecond), rank: 2 },
    { text: leftText(activity, perSecond), rank: 3 },
    { text: failingText(failing), rank: 1 },
    ...flightParts(activity),
  ];
}

function statusParts(activity: Activity, perSecond: number | null): Part[] {
  const { sources, watches, lastChange, comparedAt, failing } = activity;
  const [source = ''] = sources;
  const what = sources.length === 1 ? displayName(source) : `${sources.length} sources`;
  const moving = activity.flights.length > 0;
  return [
    { text: `Watching ${what}`, rank: 0, least: 'Watching '.length + LEAST_PATH },
    { text: things(watches, 'directory', 'directories'), rank: 6 },
    { text: failingText(failing), rank: 1 },
    ...(moving ? [{ text: rateText(perSecond), rank: 3 }] : []),
    ...flightParts(activity),
    ...(lastChange === null || moving ? [] : changeParts(lastChange)),
    { text: comparedAt === null ? '' : `all compared ${moment(comparedAt)}`, rank: 5 },
  ];
}

function changeParts({ at, path }: NonNullable<Activity['lastChange']>): Part[] {
  return [
    { text: `last change ${moment(at)}`, rank: 2 },
    { text: displayName(path), rank: 4, least: LEAST_PATH },
  ];
}

function rateText(perSecond: number | null): string {
  return perSecond === null ? '' : `${bytes(perSecond)}/s`;
}

function failingText(failing: number): string {
  return failing === 0 ? '' : `${failing} failing`;
}

/** What is known to be left; how long that takes, only when nothing else can turn up. */
function leftText(activity: Activity, perSecond: number | null): string {
  const { directories, flights } = activity;
  const left = bytesLeft(activity);
  const amount = left < WORTH_BYTES ? '' : ` (${bytes(left)})`;
  const parts = [
    ...(directories === 0 ? [] : [things(directories, 'directory', 'directories')]),
    ...(flights.length === 0 ? [] : [things(flights.length, 'file', 'files') + amount]),
  ];
  const known = directories === 0 && flights.length > 0 && perSecond !== null && perSecond > 0;
  const time = known ? ` ${duration(left / perSecond)}` : '';
  return parts.length === 0 ? '' : `left: ${parts.join(' + ')}${time}`;
}

/** The largest file of those that are being copied, and how far all of them are. */
function flightParts({ flights, bytesInFlight }: Activity): Part[] {
  const largest = flights.reduce<Flight | null>(
    (most, flight) => (most === null || flight.bytes > most.bytes ? flight : most),
    null,
  );
  if (largest === null) return [];
  const { directory, name } = largest;
  const total = flights.reduce((sum, flight) => sum + flight.bytes, 0);
  const percent = `${Math.min(100, Math.floor((100 * bytesInFlight) / total))} %`;
  const path = displayName(joinPath(directory, name));
  return [
    { text: path, rank: 5, least: LEAST_PATH },
    { text: total < WORTH_BYTES ? '' : percent, rank: 4 },
  ];
}
