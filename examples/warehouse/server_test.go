package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/csv"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"
)

// server is a PostgreSQL of its own, in a folder that goes with the test, on loopback.
type server struct {
	port     int
	password string
	log      *bytes.Buffer
}

// postgresBin is the folder of PostgreSQL's programs: that of the newest version that Debian keeps, else where the path leads to.
func postgresBin() string {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	slices.SortFunc(found, func(a, b string) int { // 9 before 15
		version := func(s string) int { n, _ := strconv.Atoi(strings.Split(s, "/")[4]); return n }
		return version(a) - version(b)
	})
	if len(found) > 0 {
		return filepath.Dir(found[len(found)-1])
	}
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path)
	}
	return ""
}

// newServer starts a PostgreSQL. Where there is none the test is skipped, and fails in continuous integration.
func newServer(t testing.TB) *server {
	t.Helper()
	bin := postgresBin()
	if bin == "" {
		const says = "PostgreSQL is not installed: apt-get install postgresql"
		if os.Getenv("CI") != "" {
			t.Fatal(says)
		}
		t.Skip(says)
	}
	if runtime.GOOS == "windows" {
		t.Skip("the test starts a server as another user")
	}
	dir, err := os.MkdirTemp("", "warehouse-postgres-")
	require.NoError(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	s := &server{password: rand.Text(), log: &bytes.Buffer{}}
	as := unprivileged(t, dir)
	secret := filepath.Join(dir, "password")
	require.NoError(t, os.WriteFile(secret, []byte(s.password), 0o644)) // of a server on loopback that lives for seconds
	data := filepath.Join(dir, "data")
	s.command(t, as, dir, bin, "initdb", "--pgdata", data, "--username", "analyst", "--pwfile", secret, "--auth", "scram-sha-256", "--encoding", "UTF8",
		"--locale", "C", "--no-sync").run(t)
	for range 5 { // another process may take the port between
		s.port = freePort(t)
		c := s.command(t, as, dir, bin, "postgres", "-D", data, "-c", "listen_addresses=127.0.0.1", "-c", "port="+strconv.Itoa(s.port),
			"-c", "unix_socket_directories=", "-c", "fsync=off", "-c", "shared_buffers=64MB", "-c", "max_connections=40")
		require.NoError(t, c.Start())
		ended := make(chan struct{})
		go func() { c.Wait(); close(ended) }()
		if s.up(ended) {
			t.Cleanup(func() {
				c.Process.Signal(syscall.SIGINT) // ends connections, and then itself
				select {
				case <-ended:
				case <-time.After(20 * time.Second):
					c.Process.Kill()
					<-ended
				}
			})
			return s
		}
	}
	t.Fatalf("PostgreSQL does not start:\n%s", s.log)
	return nil
}

// unprivileged is whom the server runs as. It refuses to run as root, so that root has to become somebody else: postgres, or nobody.
func unprivileged(t testing.TB, dir string) *syscall.SysProcAttr {
	if os.Geteuid() != 0 {
		return nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.ParseUint(u.Uid, 10, 32)
		require.NoError(t, err)
		gid, err := strconv.ParseUint(u.Gid, 10, 32)
		require.NoError(t, err)
		require.NoError(t, os.Chown(dir, int(uid), int(gid)))
		return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
	}
	t.Fatal("root cannot run PostgreSQL, and there is neither a user postgres nor nobody")
	return nil
}

type command struct {
	*exec.Cmd
	log *bytes.Buffer
}

func (s *server) command(_ testing.TB, as *syscall.SysProcAttr, dir, bin, name string, args ...string) command {
	c := exec.Command(filepath.Join(bin, name), args...)
	c.Dir, c.SysProcAttr, c.Stdout, c.Stderr = dir, as, s.log, s.log
	c.Env = append(os.Environ(), "LC_ALL=C", "HOME="+dir)
	return command{c, s.log}
}

func (c command) run(t testing.TB) {
	t.Helper()
	if err := c.Run(); err != nil {
		t.Fatalf("%s: %v\n%s", c.Path, err, c.log)
	}
}

func freePort(t testing.TB) int {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// dsn is how a database of the server is reached.
func (s *server) dsn(database string) string {
	return fmt.Sprintf("postgres://analyst:%s@127.0.0.1:%d/%s?sslmode=disable", s.password, s.port, database)
}

// cutOff is a port on loopback that leads to a server, and a way of counting: the connection that has carried that many bytes of the server's answers
// breaks, as that of a server which is lost.
func (s *server) cutOff(t testing.TB, bytes int64) (port int) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer client.Close()
				to, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", s.port))
				if err != nil {
					return
				}
				defer to.Close()
				go io.Copy(to, client)
				io.CopyN(client, to, bytes)
			}()
		}
	}()
	return l.Addr().(*net.TCPAddr).Port
}

// up waits for the server to answer, or to end.
func (s *server) up(ended <-chan struct{}) bool {
	db, err := sql.Open("pgx", s.dsn("postgres"))
	if err != nil {
		return false
	}
	defer db.Close()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		select {
		case <-ended:
			return false
		default:
		}
		if db.Ping() == nil {
			return true
		}
	}
	return false
}

// open opens a database of the server.
func (s *server) open(t testing.TB, database string) *sql.DB {
	t.Helper()
	db, err := sql.Open("pgx", s.dsn(database))
	require.NoError(t, err)
	t.Cleanup(func() { db.Close() })
	return db
}

// fill copies rows into a table, whose columns take what does not suit them as an error. "" is NULL.
func fill(t testing.TB, db *sql.DB, table string, rows [][]string) {
	t.Helper()
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	require.NoError(t, w.WriteAll(rows))
	conn, err := db.Conn(context.Background())
	require.NoError(t, err)
	defer conn.Close()
	require.NoError(t, conn.Raw(func(c any) error {
		tag, err := c.(*stdlib.Conn).Conn().PgConn().CopyFrom(context.Background(), &b, "COPY "+table+" FROM STDIN (FORMAT csv)")
		require.EqualValues(t, len(rows), tag.RowsAffected())
		return err
	}))
}
