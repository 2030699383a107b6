using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using static Approvals.Policy.Tests.Rules.Inputs;

namespace Approvals.Policy.Tests.Calendars;

public sealed class WorkingHoursTests
{
    private const string Berlin = """
        freezes:
          audit: {zone: Europe/Berlin, from: 2026-11-24T10:00, until: 2026-11-24T12:00}
        calendars:
          office:
            zone: Europe/Berlin
            hours: {mon-fri: "09:00-17:00", sat: ["10:00-12:00", "13:00-14:00"]}
            holidays: [2026-11-25]
            closed: [audit]
          night: {zone: Europe/Berlin, hours: {sun: "01:00-04:00"}}
        """;

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    private static ReviewStage Stage(string now, string timeout, string calendar = "office", string more = "") =>
        PolicyOf($"  - {{id: r, when: 'true', verdict: review, review: {{groups: [g], timeout: {timeout}, hours: {calendar}{more}}}}}", rest: Berlin)
            .Evaluate(Of() with { Now = At(now) }).Plan!.Stages[0];

    [Theory]
    [InlineData("2026-11-20T10:00:00Z", "4h", "2026-11-20T14:00:00Z")] // Friday 11:00 in Berlin
    [InlineData("2026-11-20T15:00:00Z", "4h", "2026-11-21T13:00:00Z")] // Friday 16:00: 1 h, Saturday 3 h, over when work is
    [InlineData("2026-11-21T12:30:00Z", "2h", "2026-11-23T09:30:00Z")] // Saturday 13:30
    [InlineData("2026-11-22T20:00:00Z", "1h", "2026-11-23T09:00:00Z")] // Sunday night
    [InlineData("2026-11-24T08:00:00Z", "2h", "2026-11-24T12:00:00Z")] // Tuesday 09:00; the audit stops the clock from 10 to 12
    [InlineData("2026-11-24T15:30:00Z", "1h", "2026-11-26T08:30:00Z")] // Wednesday is a holiday
    public void Deadline_counts_working_time_only(string start, string timeout, string deadline)
    {
        var stage = Stage(start, timeout);

        Assert.Equal(At(deadline), stage.After(stage.Timeout, At(start)));
    }

    [Theory]
    [InlineData("2026-10-24T22:00:00Z", "3h30m", "2026-10-25T02:30:00Z")] // clocks go back: 01:00 to 04:00 lasts four hours
    [InlineData("2026-03-28T22:00:00Z", "1h30m", "2026-03-29T01:30:00Z")] // clocks go forward: it lasts two
    public void Hours_that_come_twice_count_twice_and_skipped_ones_do_not(string start, string timeout, string deadline)
    {
        var stage = Stage(start, timeout, "night");

        Assert.Equal(At(deadline), stage.After(stage.Timeout, At(start)));
        Assert.Equal(start.Contains("-10-", StringComparison.Ordinal) ? 4 : 2, (stage.Hours![0].Until - stage.Hours[0].From).TotalHours);
    }

    [Fact]
    public void Reminders_and_escalation_are_counted_in_working_time_too()
    {
        var stage = Stage("2026-11-20T15:00:00Z", "2d", more: ", reminders: [2h], escalation: {after: 5h, groups: [h]}");

        Assert.Equal(At("2026-11-21T10:00:00Z"), stage.After(stage.Reminders[0], At("2026-11-20T15:00:00Z")));
        Assert.Equal(At("2026-11-23T09:00:00Z"), stage.After(stage.Escalation!.After, At("2026-11-20T15:00:00Z")));
    }

    [Fact]
    public void Stage_without_hours_counts_day_and_night()
    {
        var stage = new ReviewStage("s", ["g"], 1, TimeSpan.FromHours(30));

        Assert.Equal(Now.AddHours(30), stage.After(stage.Timeout, Now));
    }

    [Fact]
    public void Timeout_beyond_the_hours_that_were_computed_ends_with_them() =>
        Assert.Equal(At("2026-11-20T12:00:00Z"), new ReviewStage("s", ["g"], 1, TimeSpan.FromHours(5)) { Hours = [new OpenWindow(Now, Now.AddHours(2))] }.After(TimeSpan.FromHours(5), Now));

    [Fact]
    public void Stage_that_starts_behind_all_hours_is_over_at_once() =>
        Assert.Equal(Now, new ReviewStage("s", ["g"], 1, TimeSpan.FromHours(5)) { Hours = [new OpenWindow(Now.AddDays(-1), Now.AddHours(-2))] }.After(TimeSpan.FromHours(5), Now));

    [Fact]
    public void Freezes_and_calendars_are_conditions()
    {
        var policy = PolicyOf(Rule("f", "freezes.audit", "deny") + Rule("o", "calendars.office", "allow"), rest: Berlin);

        string? Decided(string now) => policy.Evaluate(Of() with { Now = At(now) }).Rule;

        Assert.Equal("f", Decided("2026-11-24T09:00:00Z"));
        Assert.Equal("f", Decided("2026-11-24T10:59:59Z"));
        Assert.Equal("o", Decided("2026-11-24T11:00:00Z"));
        Assert.Null(Decided("2026-11-24T17:00:00Z"));
        Assert.Null(Decided("2026-11-25T11:00:00Z"));
    }

    [Theory]
    [InlineData("calendars: {c: {zone: Mars/Olympus, hours: {mon: \"09:00-17:00\"}}}", "unknown_zone")]
    [InlineData("calendars: {c: {zone: ../../etc/passwd, hours: {mon: \"09:00-17:00\"}}}", "unknown_zone")]
    [InlineData("calendars: {c: {zone: UTC, hours: {mon: \"17:00-09:00\"}}}", "wrong_time")]
    [InlineData("calendars: {c: {zone: UTC, hours: {mon: [\"09:00-12:00\", \"11:00-13:00\"]}}}", "wrong_time")]
    [InlineData("calendars: {c: {zone: UTC, hours: {mon-fri: \"09:00-17:00\", tue: \"09:00-17:00\"}}}", "duplicate_key")]
    [InlineData("calendars: {c: {zone: UTC, hours: {moon: \"09:00-17:00\"}}}", "unknown_word")]
    [InlineData("calendars: {c: {zone: UTC, hours: {}}}", "no_open_hours")]
    [InlineData("calendars: {c: {zone: UTC, hours: {mon: \"09:00-17:00\"}, holidays: [25.12.2026]}}", "wrong_time")]
    [InlineData("calendars: {c: {zone: UTC, hours: {mon: \"09:00-17:00\"}, closed: [x]}}", "unknown_freeze")]
    [InlineData("freezes: {f: {zone: UTC, from: 2026-01-02, until: 2026-01-01}}", "wrong_time")]
    [InlineData("freezes: {f: {zone: UTC, from: 2026-01-02T10:00Z, until: 2026-01-03}}", "wrong_time")]
    [InlineData("plans: {p: {groups: [g], timeout: 1h, hours: none}}", "unknown_calendar")]
    public void Mistake_in_a_calendar_is_named(string yaml, string code) => Assert.Equal(code, Refused($"version: 1\n{yaml}\nrules: []")[0].Code);

    [Fact]
    public void Working_time_between_start_and_deadline_is_the_timeout() => Prop.ForAll(
        (from start in Gen.Choose(0, 40 * 24 * 60) from span in Gen.Choose(1, 60 * 60) select (start: Now.AddMinutes(start), span: TimeSpan.FromMinutes(span))).ToArbitrary(),
        c =>
        {
            var stage = Stage(c.start.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture), "1h");
            var deadline = stage.After(c.span, c.start);
            var worked = stage.Hours!.Sum(w => Math.Max(0, (Min(w.Until, deadline) - Max(w.From, c.start)).TotalMinutes));
            return worked == c.span.TotalMinutes && stage.After(c.span + TimeSpan.FromMinutes(1), c.start) > deadline;
        }).QuickCheckThrowOnFailure();

    private static DateTimeOffset Min(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;

    private static DateTimeOffset Max(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;
}
