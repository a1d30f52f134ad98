import { defineSaga } from '../../platform/saga';
import { rows } from './row-contract';
import { threeRowsContract } from './three-rows.contract';

export const threeRows = defineSaga(threeRowsContract, async (saga, { name, refuse }) => {
  await saga.step('first', rows.add({ rowId: `${name}-1` }), { undo: rows.remove({}) });
  await saga.step('second', rows.add({ rowId: `${name}-2` }), { undo: rows.remove({}) });
  await saga.pivot('third', rows.add({ rowId: `${name}-3`, refuse }));
});
