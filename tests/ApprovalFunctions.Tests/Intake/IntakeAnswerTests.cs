using System.Text;
using ApprovalFunctions.Intake;

namespace ApprovalFunctions.Tests.Intake;

public sealed class IntakeAnswerTests
{
    [Theory]
    [InlineData(202, IntakeOutcome.Complete)]
    [InlineData(400, IntakeOutcome.DeadLetter)]
    [InlineData(413, IntakeOutcome.DeadLetter)]
    [InlineData(422, IntakeOutcome.DeadLetter)]
    [InlineData(401, IntakeOutcome.Retry)]
    [InlineData(403, IntakeOutcome.Retry)]
    [InlineData(429, IntakeOutcome.Retry)]
    [InlineData(499, IntakeOutcome.Retry)]
    [InlineData(500, IntakeOutcome.Retry)]
    [InlineData(503, IntakeOutcome.Retry)]
    public void Of_status_settles_the_message(int status, IntakeOutcome outcome) =>
        Assert.Equal(outcome, IntakeAnswer.Of(status, "{}"u8.ToArray()).Outcome);

    [Fact]
    public void Of_problem_names_code_and_place()
    {
        IntakeAnswer answer = IntakeAnswer.Of(422, """{"code":"invalid_value","detail":"Send a target.","pointer":"/target"}"""u8.ToArray());

        Assert.Equal("invalid_value", answer.Reason);
        Assert.Equal("/target: Send a target.", answer.Description);
    }

    [Fact]
    public void Of_long_problem_fits_a_dead_letter() =>
        Assert.Equal(1000, IntakeAnswer.Of(400, Encoding.UTF8.GetBytes($$"""{"code":"x","detail":"{{new string('a', 5000)}}"}""")).Description.Length);

    [Fact]
    public void Of_answer_that_is_no_problem_is_still_settled() =>
        Assert.Equal("unknown", IntakeAnswer.Of(400, "<html>"u8.ToArray()).Reason);
}
