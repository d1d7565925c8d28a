package baci

import (
	"fmt"
	"strings"

	"github.com/mineralflows/mineralflows/flows"
)

// origin is that of the figures of a year in the file's revision and version. Records of one read share it.
func (y *yearly) origin(year int) *flows.Origin {
	id := strings.ToLower(fmt.Sprintf("baci-%s-%d", y.revision, year))
	if y.version != "" {
		id += "-" + strings.ToLower(y.version)
	} else {
		id += "-" + y.date.ID()
	}
	if o, ok := y.origins[id]; ok {
		return o
	}
	o := &flows.Origin{
		ID:        id,
		Producer:  "CEPII",
		Title:     fmt.Sprintf("BACI, HS %d, year %d", y.hs.Year(), year),
		Version:   y.version,
		Published: y.date.Day,
		Undated:   y.date.Undated,
		URL:       "https://www.cepii.fr/CEPII/en/bdd_modele/bdd_modele_item.asp?id=37",
		License:   "Etalab Open Licence 2.0",
		Note: "Gaulier, G., Zignago, S. (2010), BACI: International Trade Database at the Product-Level, CEPII Working Paper 2010-23: " +
			"exporter's and importer's reports to UN Comtrade made one; values free on board",
	}
	if y.whole {
		o.Complete = []string{"parts"}
	}
	y.origins[id] = o
	return o
}
