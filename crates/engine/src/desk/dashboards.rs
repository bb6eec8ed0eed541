//! Dashboards: everything on them, computed over one snapshot.

use rapport_domain::ResourceKind;
use rapport_insights::InsightError;
use rapport_insights::saved::results::{DashboardResults, ItemResult};
use rapport_insights::saved::{DashboardItem, DashboardSpec, Overlay};

use super::{Desk, DeskError, read};

impl Desk<'_> {
    /// A dashboard with what everything on it comes to; `over` is laid over what the dashboard lays over its insights. An
    /// item that cannot be computed says why; the others are shown all the same.
    ///
    /// # Errors
    /// There is no such dashboard, or the query was stopped.
    pub fn dashboard(&self, id: &str, over: &Overlay) -> Result<DashboardResults, DeskError> {
        let resource = self.document(ResourceKind::Dashboard, id)?;
        let spec = read(&resource, |spec| DashboardSpec::read(spec).map_err(|p| vec![p]))?;
        let overlay = over.over(&spec.overlay);
        let mut items = Vec::with_capacity(spec.items.len());
        for item in &spec.items {
            items.push(self.item(item, &overlay)?);
        }
        Ok(DashboardResults {
            id: resource.id,
            version: resource.version,
            name: spec.name,
            overlay,
            as_of: self.now.to_rfc3339(),
            watermark: format!("{:016x}", self.watermark()),
            items,
        })
    }

    fn item(&self, item: &DashboardItem, overlay: &Overlay) -> Result<ItemResult, DeskError> {
        let title = item.title.clone();
        let mut result = ItemResult {
            title: title.clone().unwrap_or_default(),
            x: item.x,
            y: item.y,
            w: item.w,
            h: item.h,
            ..ItemResult::default()
        };
        let filled = match (&item.insight, &item.goal) {
            (Some(id), _) => self.insight(id, overlay).map(|(mut found, _)| {
                found.chart = item.chart.or(found.chart);
                result.title = title.unwrap_or_else(|| found.name.clone());
                result.insight = Some(Box::new(found));
            }),
            (None, Some(id)) => self.goal(id, 0).map(|found| {
                result.title = title.unwrap_or_else(|| found.name.clone());
                result.goal = Some(Box::new(found));
            }),
            (None, None) => {
                result.text = Some(item.text.clone().unwrap_or_default());
                Ok(())
            }
        };
        match filled {
            Ok(()) => {}
            Err(DeskError::Insight(InsightError::Lake(error))) => return Err(InsightError::Lake(error).into()),
            Err(error) => result.error = Some(error.to_string()),
        }
        Ok(result)
    }
}
