package sqldata_test

import (
	"context"
	"fmt"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/sqldata"
	"github.com/mineralflows/mineralflows/flows"
)

// A table of customs declarations, by day and with letters for countries, is read as yearly sums. Statement shows what the engine is asked.
func ExampleSource_Statement() {
	db := exampleDB() // sql.Open("pgx", "postgres://...")
	defer db.Close()
	s := sqldata.Source{
		DB: db, Dialect: sqldata.PostgreSQL, Table: "customs.declarations",
		Columns: sqldata.Columns{Period: "day", Reporter: "office", Flow: "direction", Partner: "destination", Classification: "edition", Commodity: "hs6", Weight: "kg"},
		Rows:    sqldata.Parts, Dates: sqldata.Year, Areas: sqldata.Letters,
		Origin: flows.Origin{ID: "ura", Title: "URA customs declarations", Producer: "Uganda Revenue Authority", Published: "2024-02"},
	}
	text, args, err := s.Statement(context.Background(), datasets.Query{Minerals: []flows.Mineral{flows.Tungsten}, Period: flows.Year(2023)})
	if err != nil {
		fmt.Println(err)
	}
	fmt.Println(text)
	fmt.Println(args...)
	// Output:
	// SELECT "day", "office", "direction", "destination", "edition", "hs6", "kg", COUNT(*), COUNT(*) OVER () FROM "customs"."declarations" WHERE "hs6" IN ($1) AND ("direction" IS NULL OR NOT "direction" IN ($2, $3, $4, $5, $6, $7)) AND "day" >= CAST($8 AS DATE) AND "day" < CAST($9 AS DATE) GROUP BY "day", "office", "direction", "destination", "edition", "hs6", "kg"
	// 261100 DX FM MIP XIP MOP XOP 2023-01-01 2024-01-01
}
