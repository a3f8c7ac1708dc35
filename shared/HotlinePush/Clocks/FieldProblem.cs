namespace HotlinePush.Clocks;

/// <summary>What is wrong with one field of a set-up document or a question about time.</summary>
/// <param name="Field">Path as the caller wrote it: <c>days[3].date</c>.</param>
/// <param name="Code">Stable.</param>
/// <param name="Message">For the person who has to put it right.</param>
public sealed record FieldProblem(string Field, string Code, string Message);
