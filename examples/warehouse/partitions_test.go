package main

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mineralflows/mineralflows/datasets"
	"github.com/mineralflows/mineralflows/datasets/sqldata"
)

// A table whose years lie on two servers is one table: the servers filter and group their own years at the same time, and what they send is
// what a balance needs.
func TestTwoServers(t *testing.T) {
	first, second := newServer(t), newServer(t)
	ask(t, first.open(t, "postgres"), "CREATE DATABASE hub")
	hub := first.open(t, "hub")
	ask(t, hub, "CREATE EXTENSION postgres_fdw")
	ask(t, hub, "CREATE TABLE comtrade"+comtradeTable+" PARTITION BY RANGE (period)")
	early, late := split2015(world())
	partition(t, hub, "one", first, early, "MINVALUE", "2016")
	partition(t, hub, "two", second, late, "2016", "MAXVALUE")
	s := onSource(hub, sqldata.PostgreSQL, "comtrade")
	// Without it the hub groups what the servers have filtered; with it they group as well, as the period is among the keys.
	ask(t, hub, "ALTER DATABASE hub SET enable_partitionwise_aggregate = on")
	hub.SetMaxIdleConns(0) // connections from before the setting

	sameAsFiles(t, s)

	text, err := plan(context.Background(), "postgres", hub, s, datasets.Query{Minerals: tin2015().Minerals})
	require.NoError(t, err)
	t.Log("\n" + text)
	require.Equal(t, 2, strings.Count(text, "Async Foreign Scan"))
	var remote []string
	for _, line := range strings.Split(text, "\n") {
		if strings.Contains(line, "Remote SQL:") {
			remote = append(remote, line)
		}
	}
	require.Len(t, remote, 2)
	for _, r := range remote {
		require.Contains(t, r, "260900", "the server filters")
		require.Contains(t, r, "C00")
		require.Contains(t, r, "GROUP BY", "the server groups")
	}

	// A server that is lost half-way is an error, and not half a table.
	ask(t, hub, "ALTER SERVER two OPTIONS (SET port '%d')", second.cutOff(t, 100_000))
	var lost error
	for r, err := range s.Records(context.Background(), datasets.Query{}) {
		require.Nil(t, r)
		lost = err
	}
	require.ErrorContains(t, lost, "comtrade: ERROR: ")
	ask(t, hub, "ALTER SERVER two OPTIONS (SET port '%d')", second.port)
	require.Equal(t, len(fromFiles.claims), len(read(t, s, datasets.Query{})))

	// One server that fails is an error, too.
	_, err = second.open(t, "postgres").Exec("DROP TABLE years")
	require.NoError(t, err)
	var last error
	for _, err := range s.Records(context.Background(), datasets.Query{}) {
		last = err
	}
	require.ErrorContains(t, last, "years")
}

// split2015 parts rows by year: until 2015, and later, months among them.
func split2015(rows [][]string) (early, late [][]string) {
	for _, r := range rows {
		if r[2] <= "2015" {
			early = append(early, r)
		} else {
			late = append(late, r)
		}
	}
	return early, late
}

// partition keeps rows on a server, and makes them a partition of the hub's table.
func partition(t *testing.T, hub *sql.DB, name string, on *server, rows [][]string, from, to string) {
	t.Helper()
	db := on.open(t, "postgres")
	ask(t, db, "CREATE TABLE years"+comtradeTable)
	fill(t, db, "years", rows)
	ask(t, db, "ANALYZE years")
	for _, text := range []string{
		fmt.Sprintf("CREATE SERVER %s FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '127.0.0.1', port '%d', dbname 'postgres', async_capable 'true', use_remote_estimate 'true')", name, on.port),
		fmt.Sprintf("CREATE USER MAPPING FOR analyst SERVER %s OPTIONS (user 'analyst', password '%s')", name, on.password),
		fmt.Sprintf("CREATE FOREIGN TABLE %s_years PARTITION OF comtrade FOR VALUES FROM (%s) TO (%s) SERVER %s OPTIONS (table_name 'years')", name, from, to, name),
	} {
		_, err := hub.Exec(text)
		require.NoError(t, err)
	}
}
