namespace Approvals.Durable;

/// <summary>
/// What has to be durable cannot be stored, or not be read: a full disk, a lock of another program, damage. Nothing of the call is acknowledged;
/// whether it took effect is what the call's contract says of a call that throws. The gate fails closed and callers are asked to come again.
/// </summary>
/// <param name="code">Stable, e.g. <c>full</c>, <c>read_only</c>, <c>busy</c>, <c>corrupt</c>.</param>
/// <param name="message">For operators: names the remedy, holds no data of an action.</param>
public abstract class StoreException(string code, string message, Exception? inner = null) : Exception(message, inner)
{
    public string Code { get; } = code;
}
