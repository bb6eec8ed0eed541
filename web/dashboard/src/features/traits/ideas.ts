/** Computed traits most teams want. */
export const IDEAS: { id: string; title: string; value: string }[] = [
  { id: 'total_spent', title: 'Spent in all', value: 'events("Order Completed").sum("total")' },
  { id: 'orders', title: 'Number of orders', value: 'events("Order Completed").count()' },
  { id: 'average_order', title: 'Average order', value: 'events("Order Completed").avg("total")' },
  { id: 'last_order', title: 'Last order', value: 'events("Order Completed").last()' },
  { id: 'active_days_30d', title: 'Active days of the last 30', value: 'events().within("30d").days()' },
  { id: 'is_regular', title: 'Comes again and again', value: 'events("Order Completed").within("180d").count() >= 3' },
];
